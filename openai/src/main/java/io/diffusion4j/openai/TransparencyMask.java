package io.diffusion4j.openai;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Masks in transparency, as this API has them, turned into masks in black and white, as the service
 * has them: white, which is drawn again, where a pixel is fully transparent.
 */
final class TransparencyMask {
  /** More than any image that is worth editing here, and little enough to decode. */
  private static final long MOST_PIXELS = 16L << 20;

  private TransparencyMask() {}

  /** The mask of an image file. */
  static Optional<byte[]> of(byte[] file, String name) {
    BufferedImage image = decode(file, name);
    if (!image.getColorModel().hasAlpha()) {
      return Optional.empty();
    }
    int width = image.getWidth();
    int height = image.getHeight();
    float[] pixels = new float[3 * width * height];
    boolean transparent = false;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean again = image.getRGB(x, y) >>> 24 == 0;
        transparent |= again;
        int at = 3 * (y * width + x);
        Arrays.fill(pixels, at, at + 3, again ? 1 : -1);
      }
    }
    return transparent
        ? Optional.of(Png.encode(new Image(width, height, pixels), Map.of()))
        : Optional.empty();
  }

  private static BufferedImage decode(byte[] file, String name) {
    try (var source = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("png");
      ImageReader reader = readers.next(); // every JDK has one
      try {
        reader.setInput(source, true, true);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > MOST_PIXELS) {
          throw OpenAiException.invalid(
              name, width + "×" + height + " pixels", "at most " + MOST_PIXELS);
        }
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    } catch (OpenAiException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // the reader meets nonsense with either
      throw OpenAiException.invalid(name, "cannot be decoded", "a PNG file");
    }
  }
}
