package io.diffusion4j.openai;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Resize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** The requested size of images, in pixels. */
record ImageSize(int width, int height) {
  /** Returns the size in the API's form, such as {@code 512x512}. */
  @Override
  public String toString() {
    return width + "x" + height;
  }

  /**
   * Returns an image file at this size: resized with antialiasing, or unchanged if it has this
   * size. A resized file carries no recipe, since the recipe would not reproduce it.
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
