package io.diffusion4j.diffusion.image;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A square image at any size: reduced by the mean over the covered pixels, enlarged by bicubic
 * interpolation. Thread-safe.
 */
public final class Pyramid {
  private final Image image;
  private final Map<Integer, float[]> levels = new ConcurrentHashMap<>();

  /**
   * Creates the pyramid of this image.
   *
   * @throws IllegalArgumentException if it is not square
   */
  public Pyramid(Image image) {
    Check.that(
        image.width() == image.height(),
        "image",
        image.width() + "×" + image.height(),
        "a square image");
    this.image = image;
  }

  /**
   * Returns the image with this many pixels a side, in [−1, 1].
   *
   * @return {@code [side, side, 3]} row-major; not to be modified
   */
  public float[] level(int side) {
    return levels.computeIfAbsent(side, this::make);
  }

  /**
   * Returns the image in the layout of a stage's samples.
   *
   * @param rowSize 3·side², how many values a sample has
   * @throws IllegalArgumentException if no square image has this many
   */
  public float[] levelOfRow(int rowSize) {
    return level(sideOfRow(rowSize));
  }

  /**
   * Returns the side of a square image in pixels.
   *
   * @param rowSize 3·side²
   * @throws IllegalArgumentException if no square image has this many values
   */
  public static int sideOfRow(int rowSize) {
    int side = (int) Math.round(Math.sqrt(rowSize / 3.0));
    Check.that(
        3 * side * side == rowSize, "rowSize", rowSize, "3·side², the values of a square image");
    return side;
  }

  private float[] make(int side) {
    if (side == image.width()) {
      return image.pixels();
    }
    Image resized =
        side < image.width() ? Resize.area(image, side, side) : Resize.bicubic(image, side, side);
    float[] pixels = resized.pixels();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(-1, Math.min(1, pixels[i])); // bicubic interpolation overshoots
    }
    return pixels;
  }
}
