package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * How a picture of any shape becomes a square of the size that a network sees, by PIL's antialiased
 * bicubic interpolation.
 *
 * @param fit what becomes of a picture that is no square
 * @param crop which square is cut out, if one is
 * @param flip whether half of the pictures are mirrored left to right, which makes captions wrong
 *     that tell left from right
 */
public record Preparation(Fit fit, Crop crop, boolean flip) {
  /** The square in the middle, never mirrored. */
  public static final Preparation USUAL = new Preparation(Fit.COVER, Crop.CENTER, false);

  /** What becomes of a picture that is no square. */
  public enum Fit {
    /** The shorter side fills the square; what sticks out is cut off. */
    COVER,
    /** The longer side fills the square; the rest is white. */
    CONTAIN,
    /** Both sides fill the square. */
    STRETCH
  }

  /** Which square is cut out of a picture. */
  public enum Crop {
    /** The one in the middle. */
    CENTER,
    /** One of all, drawn each time. */
    RANDOM
  }

  /**
   * Prepares a picture.
   *
   * @param size height and width of the result
   * @param random what is drawn is drawn from here, so that it is a function of its seed
   */
  Image square(Image image, int size, RandomGenerator random) {
    double place = random.nextDouble();
    boolean mirrored = random.nextBoolean() && flip;
    Image square =
        switch (fit) {
          case COVER -> Squares.cut(image, size, crop == Crop.CENTER ? 0.5 : place);
          case CONTAIN -> contained(image, size);
          case STRETCH -> Resize.bicubic(Rgb8.of(image), size, size).toImage();
        };
    return mirrored ? mirrored(square) : square;
  }

  private static Image contained(Image image, int size) {
    int longer = Math.max(image.width(), image.height());
    int width = scaled(image.width(), size, longer);
    int height = scaled(image.height(), size, longer);
    Image small = Resize.bicubic(Rgb8.of(image), width, height).toImage();
    float[] pixels = new float[size * size * 3];
    Arrays.fill(pixels, 1); // white
    int left = (size - width) / 2;
    int top = (size - height) / 2;
    for (int y = 0; y < height; y++) {
      System.arraycopy(
          small.pixels(), y * width * 3, pixels, ((top + y) * size + left) * 3, width * 3);
    }
    return new Image(size, size, pixels);
  }

  private static int scaled(int length, int size, int longer) {
    return Math.toIntExact(Math.max(1, Math.round((double) length * size / longer)));
  }

  private static Image mirrored(Image image) {
    float[] pixels = new float[image.pixels().length];
    int width = image.width();
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < width; x++) {
        int from = (y * width + x) * 3;
        int to = (y * width + width - 1 - x) * 3;
        System.arraycopy(image.pixels(), from, pixels, to, 3);
      }
    }
    return new Image(width, image.height(), pixels);
  }
}
