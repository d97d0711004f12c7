package io.diffusion4j.diffusion.image;

import io.diffusion4j.diffusion.argument.Check;

/**
 * An RGB image.
 *
 * @param width the width in pixels
 * @param height the height in pixels
 * @param pixels {@code [height, width, 3]} row-major, nominally in [−1, 1]; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record Image(int width, int height, float[] pixels) {
  public Image {
    Check.that(width >= 1 && height >= 1, "size", width + "×" + height, "≥ 1×1");
    Check.that(
        pixels.length == 3 * width * height,
        "pixels",
        pixels.length + " values",
        "3·%s·%s = %s",
        width,
        height,
        3 * width * height);
  }

  /**
   * Checks the size of the image.
   *
   * @param name the name of the image in messages
   * @param why the text after the expected size, such as {@code , as the first}
   */
  public void requireSize(String name, int expectedWidth, int expectedHeight, String why) {
    Check.that(
        width == expectedWidth && height == expectedHeight,
        name,
        width + "×" + height,
        expectedWidth + "×" + expectedHeight + why);
  }

  /** Returns the largest square in the middle; this image if it is square. */
  public Image middle() {
    if (width == height) {
      return this;
    }
    int side = Math.min(width, height);
    int left = (width - side) / 2;
    int top = (height - side) / 2;
    float[] square = new float[3 * side * side];
    for (int y = 0; y < side; y++) {
      System.arraycopy(pixels, 3 * ((top + y) * width + left), square, 3 * y * side, 3 * side);
    }
    return new Image(side, side, square);
  }
}
