package io.diffusion4j.clip.token;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The frame and padding of a text's ids.
 *
 * @param maxLength the length of every encoding, start and end included; at least 2
 * @param start the symbol before the text
 * @param end the symbol after the text
 * @param pad the symbol after the end
 * @param unknown the symbol for bytes without a symbol
 */
public record TokenizerConfig(int maxLength, String start, String end, String pad, String unknown) {
  /** The number of positions of CLIP's text encoder. */
  public static final int CLIP_LENGTH = 77;

  public TokenizerConfig {
    Check.that(maxLength >= 2, "maxLength", maxLength, "≥ 2");
  }

  /** Returns the stock CLIP tokenizer of Hugging Face: 77 ids, padded with the end symbol. */
  public static TokenizerConfig clip() {
    return new TokenizerConfig(
        CLIP_LENGTH, Vocabulary.START, Vocabulary.END, Vocabulary.END, Vocabulary.END);
  }

  /** Returns OpenAI's tokenizer and Karlo's: 77 ids, padded with "!", whose id is 0. */
  public static TokenizerConfig karlo() {
    return new TokenizerConfig(CLIP_LENGTH, Vocabulary.START, Vocabulary.END, "!", Vocabulary.END);
  }

  /** Returns the configuration for another number of positions. */
  public TokenizerConfig withMaxLength(int length) {
    return new TokenizerConfig(length, start, end, pad, unknown);
  }
}
