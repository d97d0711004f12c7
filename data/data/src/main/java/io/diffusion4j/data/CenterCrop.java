package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;

/** The largest squares that can be cut out of pictures. */
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
    int side = Math.min(image.width(), image.height());
    int width = scaled(image.width(), size, side);
    int height = scaled(image.height(), size, side);
    int left = (int) (place * (width - size + 1));
    int top = (int) (place * (height - size + 1));
    var region = new Resize.Region(left, top, size, size);
    return Resize.bicubic(Rgb8.of(image), width, height, region);
  }

  private static int scaled(int length, int size, int side) {
    return Math.max(size, Math.toIntExact(Math.round((double) length * size / side)));
  }
}
