package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.image.CompressedFormat;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.provenance.Provenance;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Resizes image files of the service for HTTP APIs, and marks them again. */
public final class Resizer {
  private final Provenance provenance;

  @Inject
  Resizer(Provenance provenance) {
    this.provenance = provenance;
  }

  /**
   * Returns an image file at a size: resized with antialiasing, or unchanged if it has this size. A
   * resized file has the marks of the service if the original is marked, which previews are not. It
   * carries no recipe, since the recipe would not reproduce it.
   */
  public byte[] fit(byte[] png, OutputSize size) {
    try {
      Image image = ImageFiles.read(png, Long.MAX_VALUE);
      return image.width() == size.width() && image.height() == size.height()
          ? png
          : provenance.encodeResized(Resize.bicubic(image, size.width(), size.height()), png);
    } catch (IOException e) {
      throw new UncheckedIOException("an image that the service made is damaged", e);
    }
  }

  /**
   * Returns an image file at a size in another format, with the marks of the service if the
   * original is marked. It carries no recipe.
   *
   * @param quality in [0, 1], from the smallest file to the best picture
   */
  public byte[] convert(byte[] png, OutputSize size, CompressedFormat format, double quality) {
    byte[] fitted = fit(png, size);
    try {
      byte[] file = format.encode(ImageFiles.read(fitted, Long.MAX_VALUE), quality);
      return provenance.markConverted(file, fitted);
    } catch (IOException e) {
      throw new UncheckedIOException("an image that the service made is damaged", e);
    }
  }
}
