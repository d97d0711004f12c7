package io.diffusion4j.diffusion.image;

/**
 * An RGB image.
 *
 * @param width in pixels
 * @param height in pixels
 * @param pixels {@code [height, width, 3]} row-major, nominally in [−1, 1]; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record Image(int width, int height, float[] pixels) {
  public Image {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("size: " + width + "×" + height + " (expected: ≥ 1×1)");
    }
    if (pixels.length != 3 * width * height) {
      throw new IllegalArgumentException(
          "pixels: "
              + pixels.length
              + " values (expected: 3·"
              + width
              + "·"
              + height
              + " = "
              + 3 * width * height
              + ")");
    }
  }
}
