package io.diffusion4j.openai;

import io.diffusion4j.serving.request.DecodingMemory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Converts this API's masks, which use transparency, to the service's masks in black and white:
 * fully transparent pixels become white, so they are redrawn.
 */
final class TransparencyMask {
  /** The largest number of pixels: more than any useful image here, and cheap to decode. */
  private static final long MAX_PIXELS = 16L << 20;

  private static final int WHITE = 255;

  private TransparencyMask() {}

  /**
   * Returns the mask of an image file.
   *
   * @return empty if the image is opaque
   * @throws io.grpc.StatusRuntimeException if there is not enough memory to decode it
   */
  static Optional<byte[]> of(byte[] file, String name) {
    try (var source = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      ImageReader reader =
          ImageIO.getImageReadersByFormatName("png").next(); // every JDK has a PNG reader
      try {
        reader.setInput(source, true, true);
        long pixels = pixels(reader, name);
        return DecodingMemory.SHARED.during(pixels, () -> mask(decode(reader, name)));
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // writing to memory does not fail
    }
  }

  private static long pixels(ImageReader reader, String name) {
    try {
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      if ((long) width * height > MAX_PIXELS) {
        throw OpenAiException.invalid(
            name, width + "×" + height + " pixels", "at most " + MAX_PIXELS);
      }
      return (long) width * height;
    } catch (OpenAiException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // damaged data makes the reader throw either
      throw undecodable(name);
    }
  }

  private static BufferedImage decode(ImageReader reader, String name) {
    try {
      return reader.read(0);
    } catch (IOException | RuntimeException e) {
      throw undecodable(name);
    }
  }

  private static OpenAiException undecodable(String name) {
    return OpenAiException.invalid(name, "cannot be decoded", "a PNG file");
  }

  private static Optional<byte[]> mask(BufferedImage image) throws IOException {
    if (!image.getColorModel().hasAlpha()) {
      return Optional.empty();
    }
    int width = image.getWidth();
    int height = image.getHeight();
    var mask = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    boolean transparent = false;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        if (image.getRGB(x, y) >>> 24 == 0) {
          transparent = true;
          mask.getRaster().setSample(x, y, 0, WHITE);
        }
      }
    }
    if (!transparent) {
      return Optional.empty();
    }
    var png = new ByteArrayOutputStream();
    ImageIO.write(mask, "png", png);
    return Optional.of(png.toByteArray());
  }
}
