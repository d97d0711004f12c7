package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import java.util.Arrays;

/**
 * The conversion of pictures to squares of a network's input size, by PIL's antialiased bicubic
 * interpolation.
 *
 * @param fit the treatment of pictures that are not square
 * @param crop the square to keep, if the picture is cropped
 * @param flip whether half of the pictures are mirrored, which invalidates captions that mention
 *     left and right
 */
public record Preparation(Fit fit, Crop crop, boolean flip) {
  /** The square in the middle, never mirrored. */
  public static final Preparation DEFAULT = new Preparation(Fit.COVER, Crop.CENTER, false);

  /** The treatment of a picture that is not square. */
  public enum Fit {
    /** The shorter side fills the square; the longer one is cropped. */
    COVER,
    /** The longer side fills the square; the rest is white. */
    CONTAIN,
    /** Both sides fill the square. */
    STRETCH
  }

  /** The square to keep of a picture. */
  public enum Crop {
    /** The one in the middle. */
    CENTER,
    /** One of all, drawn each time. */
    RANDOM
  }

  /** Returns the preparation that gives the same square each time: in the middle, not mirrored. */
  public Preparation withoutAugmentation() {
    return new Preparation(fit, Crop.CENTER, false);
  }

  /** Whether a picture has another square each time. */
  boolean isDrawn() {
    return fit == Fit.COVER && crop == Crop.RANDOM;
  }

  /**
   * Returns the square of a picture, not mirrored yet.
   *
   * @param size height and width of the result
   * @param place the place of the square along the longer side, in [0, 1), where it is drawn
   */
  Rgb8 square(Image image, int size, double place) {
    return switch (fit) {
      case COVER -> CenterCrop.cut(image, size, crop == Crop.CENTER ? 0.5 : place);
      case CONTAIN -> contained(image, size);
      case STRETCH -> Resize.bicubic(Rgb8.of(image), size, size);
    };
  }

  private static Rgb8 contained(Image image, int size) {
    int longer = Math.max(image.width(), image.height());
    int width = scaled(image.width(), size, longer);
    int height = scaled(image.height(), size, longer);
    byte[] small = Resize.bicubic(Rgb8.of(image), width, height).pixels();
    byte[] pixels = new byte[size * size * 3];
    Arrays.fill(pixels, (byte) 0xff); // white
    int left = (size - width) / 2;
    int top = (size - height) / 2;
    for (int y = 0; y < height; y++) {
      System.arraycopy(small, y * width * 3, pixels, ((top + y) * size + left) * 3, width * 3);
    }
    return new Rgb8(size, size, pixels);
  }

  private static int scaled(int length, int size, int longer) {
    return Math.toIntExact(Math.max(1, Math.round((double) length * size / longer)));
  }

  /** Returns a picture with left and right exchanged. */
  static Rgb8 mirrored(Rgb8 image) {
    byte[] pixels = new byte[image.pixels().length];
    int width = image.width();
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < width; x++) {
        int from = (y * width + x) * 3;
        int to = (y * width + width - 1 - x) * 3;
        System.arraycopy(image.pixels(), from, pixels, to, 3);
      }
    }
    return new Rgb8(width, image.height(), pixels);
  }
}
