package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;

/** Squares cut out of the middle of pictures. */
final class Squares {
  private Squares() {}

  /** The largest square, pixel for pixel. */
  static Image middle(Image image) {
    return middle(image, Math.min(image.width(), image.height()));
  }

  /** The largest square, resized by PIL's antialiased bicubic interpolation. */
  static Image middle(Image image, int size) {
    int side = Math.min(image.width(), image.height());
    int width = scaled(image.width(), size, side);
    int height = scaled(image.height(), size, side);
    var region = new Resize.Region((width - size) / 2, (height - size) / 2, size, size);
    return Resize.bicubic(Rgb8.of(image), width, height, region).toImage();
  }

  private static int scaled(int length, int size, int side) {
    return Math.max(size, Math.toIntExact(Math.round((double) length * size / side)));
  }
}
