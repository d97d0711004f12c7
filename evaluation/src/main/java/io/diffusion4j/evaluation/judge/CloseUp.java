package io.diffusion4j.evaluation.judge;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.emoji.scene.Observation;
import io.diffusion4j.emoji.scene.Observation.Blob;

/**
 * The part of a picture that the judge looks at: a square around the largest thing in it. Where the
 * thing stands, how large it is and how many there are of it the {@link Observation} tells better
 * than a network can, and a network that need not care learns from fewer drawings.
 */
public final class CloseUp {
  /** The longer side of the thing over the side of the square. */
  static final double FRACTION = 0.88;

  private CloseUp() {}

  /**
   * Looks at a picture.
   *
   * @param size height and width of what comes out, in pixels
   * @return {@code [size, size, 3]} in [−1, 1]; all of the picture if nothing stands out from it
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

  /** A part of a picture; beyond the picture it has the pixels at the rim. */
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
