package io.diffusion4j.evaluation.judge;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.emoji.scene.Observation;
import io.diffusion4j.emoji.scene.Observation.Blob;

/**
 * The part of a picture that the judge sees: a square around the largest thing in it. The {@link
 * Observation} measures position, size and number of things better than a network, and a network
 * without this task needs fewer drawings.
 */
public final class CloseUp {
  /** The ratio of the thing's longer side to the side of the square. */
  static final double FRACTION = 0.88;

  private CloseUp() {}

  /**
   * Crops a picture.
   *
   * @param size height and width of the result in pixels
   * @return {@code [size, size, 3]} in [−1, 1]; the whole picture if nothing stands out from its
   *     background
   */
  static float[] of(Image image, Observation seen, int size) {
    Image square = seen.things().stream().findFirst().map(b -> around(image, b)).orElse(image);
    return Resize.area(square, size, size).pixels();
  }

  private static Image around(Image image, Blob thing) {
    double longer =
        Math.max(thing.width() * image.width(), thing.height() * image.height()) / FRACTION;
    int side = Math.max(2, (int) Math.round(longer));
    int left = (int) Math.round((thing.left() + thing.right()) / 2 * image.width() - side / 2.0);
    int top = (int) Math.round((thing.top() + thing.bottom()) / 2 * image.height() - side / 2.0);
    return cut(image, left, top, side, side);
  }

  /** Returns a part of a picture; beyond the picture it has the pixels at the rim. */
  public static Image cut(Image image, int left, int top, int width, int height) {
    float[] pixels = new float[3 * width * height];
    for (int y = 0; y < height; y++) {
      int row = Math.max(0, Math.min(image.height() - 1, top + y));
      for (int x = 0; x < width; x++) {
        int column = Math.max(0, Math.min(image.width() - 1, left + x));
        System.arraycopy(
            image.pixels(), 3 * (row * image.width() + column), pixels, 3 * (y * width + x), 3);
      }
    }
    return new Image(width, height, pixels);
  }
}
