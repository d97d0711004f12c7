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
 * <ul>
 *   <li>{@link io.diffusion4j.clip.token.Tokens} is an encoded text: ids of a fixed length, and the
 *       mask of its padding.
 *   <li>{@link io.diffusion4j.clip.token.TokenizerConfig} is the frame of the ids: length, start,
 *       end and padding. Karlo and CLIP differ in the padding.
 *   <li>{@link io.diffusion4j.clip.token.Vocabulary} has the symbols and merges. {@link
 *       io.diffusion4j.clip.token.BpeTrainer} learns one from captions; {@link
 *       io.diffusion4j.clip.token.EnumeratedVocabulary} needs no text, for pipelines of random
 *       weights.
 *   <li>{@link io.diffusion4j.clip.token.TextNormalization} is one of the two published ways to
 *       clean a text, Hugging Face's and OpenAI's. The first composes Unicode characters, the
 *       second resolves HTML character references.
 *   <li>{@link io.diffusion4j.clip.token.Gpt2Tokenizer} is the variant of GLIDE, without a start
 *       symbol.
 * </ul>
 *
 * <p>Ids equal those of the published tokenizers, which tests check against recorded ids. Files are
 * read in Hugging Face's layout, and OpenAI's single file by {@code ClipTokenizer.openAi}.
 *
 * <p>Tokenizers are immutable and thread-safe. SentencePiece and WordPiece are not supported.
 */
@NullMarked
package io.diffusion4j.clip.token;

import org.jspecify.annotations.NullMarked;
