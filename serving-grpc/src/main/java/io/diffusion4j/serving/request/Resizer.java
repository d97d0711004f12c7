package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.image.CompressedFormat;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.request.DecodingMemory.Decoding;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Resizes image files of the service for HTTP APIs, and marks them again. Blocks while {@link
 * DecodingMemory} has no room for both sizes.
 */
public final class Resizer {
  /** The offset of the width in a PNG file, before the height. */
  private static final int SIZE = 16;

  private final Provenance provenance;

  @Inject
  Resizer(Provenance provenance) {
    this.provenance = provenance;
  }

  /**
   * Returns an image file at a size: resized with antialiasing, or unchanged if it has this size. A
   * resized file has the marks of the service if the original is marked, which previews are not. It
   * carries no recipe, since the recipe would not reproduce it.
   *
   * @throws io.grpc.StatusRuntimeException if the size needs more memory than the limit
   */
  public byte[] fit(byte[] png, OutputSize size) {
    return size(png).equals(size) ? png : within(png, size, () -> resized(png, size));
  }

  /**
   * Returns an image file at a size in another format, with the marks of the service if the
   * original is marked. It carries no recipe.
   *
   * @param quality in [0, 1], from the smallest file to the best picture
   * @throws io.grpc.StatusRuntimeException if the size needs more memory than the limit
   */
  public byte[] convert(byte[] png, OutputSize size, CompressedFormat format, double quality) {
    return within(
        png,
        size,
        () -> {
          byte[] fitted = size(png).equals(size) ? png : resized(png, size);
          byte[] file = format.encode(ImageFiles.read(fitted, Long.MAX_VALUE), quality);
          return provenance.markConverted(file, fitted);
        });
  }

  private static OutputSize size(byte[] png) {
    ByteBuffer header = ByteBuffer.wrap(png);
    return new OutputSize(header.getInt(SIZE), header.getInt(SIZE + Integer.BYTES));
  }

  private byte[] resized(byte[] png, OutputSize size) throws IOException {
    Image image = ImageFiles.read(png, Long.MAX_VALUE);
    return provenance.encodeResized(Resize.bicubic(image, size.width(), size.height()), png);
  }

  private static byte[] within(byte[] png, OutputSize size, Decoding<byte[]> work) {
    try {
      return DecodingMemory.SHARED.during(size(png).pixels() + size.pixels(), work);
    } catch (IOException e) {
      throw new UncheckedIOException("an image that the service made is damaged", e);
    }
  }
}
