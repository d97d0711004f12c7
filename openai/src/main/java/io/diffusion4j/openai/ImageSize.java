package io.diffusion4j.openai;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Resize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** The size that images are asked for, in pixels. */
record ImageSize(int width, int height) {
  /** As the API writes it, such as {@code 512x512}. */
  @Override
  public String toString() {
    return width + "x" + height;
  }

  /**
   * An image file at this size: resized with antialiasing, or as it is if it has this size. One
   * that is resized carries no recipe, which would not make it again.
   */
  byte[] fit(byte[] png) {
    Image image;
    try {
      image = ImageFiles.read(png, Long.MAX_VALUE);
    } catch (IOException e) {
      throw new UncheckedIOException("an image that the service made is damaged", e);
    }
    return image.width() == width && image.height() == height
        ? png
        : Png.encode(Resize.bicubic(image, width, height), Map.of());
  }
}
