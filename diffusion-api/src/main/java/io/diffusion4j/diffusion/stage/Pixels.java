package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The size of an image.
 *
 * @param width the width in pixels; 0 for a stage that does not draw pixels
 * @param height the height in pixels; 0 for a stage that does not draw pixels
 */
public record Pixels(int width, int height) {
  /** The size of outputs that are not images, such as embeddings or latents. */
  public static final Pixels NONE = new Pixels(0, 0);

  public Pixels {
    Check.that(
        width >= 0 && height >= 0 && (width == 0) == (height == 0),
        "pixels",
        width + "×" + height,
        "≥ 1×1, or 0×0");
  }

  /** Returns the size of a square image. */
  public static Pixels square(int side) {
    return new Pixels(side, side);
  }

  /** Returns the size in text form, such as {@code 768×512}. */
  @Override
  public String toString() {
    return width + "×" + height;
  }

  /** Returns this size, or another one in place of {@link #NONE}. */
  public Pixels or(Pixels other) {
    return areDrawn() ? this : other;
  }

  /** Whether there are pixels, which can be previewed. */
  public boolean areDrawn() {
    return width > 0;
  }
}
