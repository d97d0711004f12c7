package io.diffusion4j.diffusion.image;

import io.diffusion4j.diffusion.argument.Check;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;

/**
 * An image with 8 bits each of red, green and blue, as in files and on screens.
 *
 * @param width the width in pixels
 * @param height the height in pixels
 * @param pixels {@code [height, width, 3]} row-major, each an unsigned byte; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record Rgb8(int width, int height, byte[] pixels) {
  public Rgb8 {
    Check.that(width >= 1 && height >= 1, "size", width + "×" + height, "≥ 1×1");
    Check.that(
        pixels.length == 3L * width * height,
        "pixels",
        pixels.length + " bytes",
        "3·%s·%s = %s",
        width,
        height,
        3L * width * height);
  }

  /**
   * Returns the image as eight bits: 255·(x/2 + 1/2), clamped to [0, 255] and rounded half to even.
   *
   * @throws IllegalArgumentException if a value is not a number
   */
  public static Rgb8 of(Image image) {
    float[] from = image.pixels();
    byte[] to = new byte[from.length];
    for (int i = 0; i < to.length; i++) {
      if (Float.isNaN(from[i])) { // no Check.that, which would name every pixel
        throw Check.refusal("pixels[" + i + "]", "NaN", "a number");
      }
      float unit = Math.max(0f, Math.min(1f, 0.5f * from[i] + 0.5f));
      to[i] = (byte) (int) Math.rint(255f * unit);
    }
    return new Rgb8(image.width(), image.height(), to);
  }

  /**
   * Returns the image with levels 0 to 255 spread over [−1, 1]; {@link #of} gives back the same
   * bytes.
   */
  public Image toImage() {
    float[] to = new float[pixels.length];
    for (int i = 0; i < to.length; i++) {
      to[i] = (float) (2 * ((pixels[i] & 0xff) / 255.0) - 1);
    }
    return new Image(width, height, to);
  }

  /** Returns the image for the JDK's classes of images. */
  public BufferedImage toBuffered() {
    var buffered = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    byte[] to = ((DataBufferByte) buffered.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < to.length; i += 3) {
      to[i] = pixels[i + 2];
      to[i + 1] = pixels[i + 1];
      to[i + 2] = pixels[i];
    }
    return buffered;
  }
}
