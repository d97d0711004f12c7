package io.diffusion4j.openai;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Image files as clients send them. */
final class Pictures {
  private Pictures() {}

  /** A grey PNG without transparency. */
  static byte[] opaque(int width, int height) {
    return encode(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png");
  }

  /** A PNG whose left half is transparent, and whose right half is not quite. */
  static byte[] halfTransparent(int size) {
    var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        image.setRGB(x, y, x < size / 2 ? 0x00FF0000 : 0x0100FF00);
      }
    }
    return encode(image, "png");
  }

  /** A JPEG. */
  static byte[] jpeg(int size) {
    return encode(new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB), "jpeg");
  }

  private static byte[] encode(BufferedImage image, String format) {
    try {
      var bytes = new ByteArrayOutputStream();
      ImageIO.write(image, format, bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
