package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures for the tests. */
public final class Pictures {
  private Pictures() {}

  /** Returns a picture of soft and hard edges on white, as emoji art is. */
  public static Image drawn(int side, long seed) {
    var random = new Random(seed);
    var picture = new BufferedImage(side, side, BufferedImage.TYPE_3BYTE_BGR);
    var g = picture.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, side, side);
    for (int i = 0; i < 6; i++) {
      int x = random.nextInt(side / 2);
      int y = random.nextInt(side / 2);
      int size = side / 8 + random.nextInt(side / 2);
      g.setPaint(
          new GradientPaint(
              x,
              y,
              new Color(random.nextInt(1 << 24)),
              x + size,
              y + size,
              new Color(random.nextInt(1 << 24))));
      g.fillOval(x, y, size, size);
    }
    g.dispose();
    return of(picture);
  }

  /** Returns the pixels of a picture of three bytes a pixel. */
  public static Image of(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    byte[] pixels = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      int rgb = picture.getRGB(i % width, i / width);
      pixels[3 * i] = (byte) (rgb >> 16);
      pixels[3 * i + 1] = (byte) (rgb >> 8);
      pixels[3 * i + 2] = (byte) rgb;
    }
    return new Rgb8(width, height, pixels).toImage();
  }

  /** Returns a WebP file of the tests: lossy, lossless or transparent. */
  public static byte[] webp(String name) throws IOException {
    try (InputStream in = Pictures.class.getResourceAsStream(name + ".webp")) {
      return in.readAllBytes();
    }
  }

  /** Returns a PNG file as another program writes it: the same pixels, no text. */
  public static byte[] rewritten(byte[] file) throws IOException {
    var out = new ByteArrayOutputStream();
    ImageIO.write(ImageIO.read(new ByteArrayInputStream(file)), "png", out);
    return out.toByteArray();
  }
}
