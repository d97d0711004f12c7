/**
 * Texts as token ids: the byte-level byte-pair encoding of CLIP, and that of GPT-2 for GLIDE.
 *
 * <pre>{@code
 * ClipTokenizer tokenizer = ClipTokenizer.load(Path.of("emoji/model/tokenizer"));
 * Tokens tokens = tokenizer.encode("a red apple on a blue background");
 * String text = tokenizer.decode(tokens);
 * }</pre>
 *
 * <p>Ids equal those of the published tokenizers, which tests check against recorded ids. Files are
 * read in Hugging Face's layout, and OpenAI's single file by {@code ClipTokenizer.openAi}.
 *
 * <p>Tokenizers are immutable and thread-safe. SentencePiece and WordPiece are not supported.
 */
@NullMarked
package io.diffusion4j.clip.token;

import org.jspecify.annotations.NullMarked;
