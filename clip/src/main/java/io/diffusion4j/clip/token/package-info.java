/**
 * Texts as token ids: the byte-level byte-pair encoding of CLIP, and that of GPT-2 for GLIDE.
 *
 * <pre>{@code
 * ClipTokenizer tokenizer = ClipTokenizer.load(Path.of("emoji/model/tokenizer"));
 * Tokens tokens = tokenizer.encode("a red apple on a blue background");
 * String text = tokenizer.decode(tokens);
 * }</pre>
 *
 * <p>{@link io.diffusion4j.clip.token.ClipTokenizer} normalises a text, splits it into pieces and
 * merges the bytes of each piece by a learned vocabulary (Sennrich et al. 2016). Every text can be
 * encoded, since every byte is a token. A text of too many tokens is cut off; {@code truncation}
 * returns the part that was cut off, for a warning.
 *
 * <p>Tokenizers are immutable and thread-safe.
 */
@NullMarked
package io.diffusion4j.clip.token;

import org.jspecify.annotations.NullMarked;
