package io.diffusion4j.ddpm;

import io.diffusion4j.diffusion.argument.Check;

/** The class of an image, for networks that know classes. */
public sealed interface PixelLabel {
  /** No class. */
  record None() implements PixelLabel {}

  /**
   * A class.
   *
   * @param number from 0
   */
  record Numbered(int number) implements PixelLabel {
    public Numbered {
      Check.that(number >= 0, "label", number, "≥ 0");
    }
  }

  /**
   * A vector in place of a class.
   *
   * @param values as many as the time embedding is wide; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Vector(float[] values) implements PixelLabel {}
}
