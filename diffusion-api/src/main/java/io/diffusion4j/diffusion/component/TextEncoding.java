package io.diffusion4j.diffusion.component;

import io.diffusion4j.diffusion.argument.Check;

/**
 * An encoded prompt.
 *
 * @param hidden the hidden state of each token after the final norm, {@code [L, D]} row-major
 * @param mask {@code [L]}: true for tokens of the prompt, start and end included; false for padding
 * @param embedding the un-normalised CLIP text embedding, {@code [E]}
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record TextEncoding(float[] hidden, boolean[] mask, float[] embedding) {
  public TextEncoding {
    Check.that(
        mask.length != 0 && hidden.length % mask.length == 0,
        "hidden",
        hidden.length + " values",
        "a multiple of %s",
        mask.length);
  }

  /** Returns L, the number of positions. */
  public int length() {
    return mask.length;
  }
}
