package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.stage.Pixels;

/** The largest squares, or parts of other aspect ratios, that can be cut out of pictures. */
final class CenterCrop {
  private CenterCrop() {}

  /** Returns the square in the middle, unscaled. */
  static Image middle(Image image) {
    return cut(image, Math.min(image.width(), image.height()), 0.5).toImage();
  }

  /**
   * Returns such a square, resized by PIL's antialiased bicubic interpolation.
   *
   * @param place the place of the square along the longer side, in [0, 1): all places are equally
   *     likely when it is uniform, and 0.5 is the middle
   */
  static Rgb8 cut(Image image, int size, double place) {
    return cut(image, Pixels.square(size), place);
  }

  /** Returns the largest part of a picture with the aspect ratio of a size, in this size. */
  static Rgb8 cut(Image image, Pixels size, double place) {
    boolean isWide = (long) image.width() * size.height() >= (long) image.height() * size.width();
    int filled = isWide ? size.height() : size.width();
    int filling = isWide ? image.height() : image.width();
    int width = Math.max(size.width(), scaled(image.width(), filled, filling));
    int height = Math.max(size.height(), scaled(image.height(), filled, filling));
    int left = (int) (place * (width - size.width() + 1));
    int top = (int) (place * (height - size.height() + 1));
    var region = new Resize.Region(left, top, size.width(), size.height());
    return Resize.bicubic(Rgb8.of(image), width, height, region);
  }

  private static int scaled(int length, int size, int side) {
    return Math.toIntExact(Math.round((double) length * size / side));
  }
}
