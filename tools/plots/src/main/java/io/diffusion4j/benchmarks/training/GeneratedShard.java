package io.diffusion4j.benchmarks.training;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** A tar shard of captioned JPEGs in the format of img2dataset. */
final class GeneratedShard {
  private static final int BLOCK = 512;

  /** The number of different pictures, which the shard repeats. */
  private static final int DIFFERENT = 64;

  /** The squares of one colour per side of a picture. */
  private static final int SQUARES = 16;

  private GeneratedShard() {}

  /** Writes this many square pictures of this side. */
  static void write(Path tar, int pictures, int side) throws IOException {
    byte[][] jpegs = new byte[Math.min(DIFFERENT, pictures)][];
    for (int i = 0; i < jpegs.length; i++) {
      jpegs[i] = jpeg(side, new SplittableRandom(i));
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(tar), 1 << 20)) {
      for (int i = 0; i < pictures; i++) {
        String key = "%09d".formatted(i);
        member(out, key + ".jpg", jpegs[i % jpegs.length]);
        member(out, key + ".txt", ("picture " + i).getBytes(US_ASCII));
      }
      out.write(new byte[2 * BLOCK]);
    }
  }

  private static byte[] jpeg(int side, SplittableRandom random) throws IOException {
    var image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    var graphics = image.createGraphics();
    int square = Math.max(1, side / SQUARES);
    for (int y = 0; y < side; y += square) {
      for (int x = 0; x < side; x += square) {
        graphics.setColor(new Color(random.nextInt(1 << 24)));
        graphics.fillRect(x, y, square, square);
      }
    }
    graphics.dispose();
    var bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "jpeg", bytes);
    return bytes.toByteArray();
  }

  private static void member(OutputStream out, String name, byte[] content) throws IOException {
    byte[] header = new byte[BLOCK];
    put(header, 0, name);
    put(header, 124, "%011o".formatted(content.length));
    header[156] = '0';
    put(header, 257, "ustar\00000");
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, "%06o\0".formatted(sum));
    out.write(header);
    out.write(content);
    out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
