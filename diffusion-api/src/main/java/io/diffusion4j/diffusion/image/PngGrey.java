package io.diffusion4j.diffusion.image;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The transparent level of grey PNG files of two and four bits. Java's reader scales the samples to
 * eight bits, and compares them with the level in the file, which is not scaled.
 */
final class PngGrey {
  private static final int BITS = 24;
  private static final int COLOUR_TYPE = 25;
  private static final int FIRST_CHUNK = 8;
  private static final int AROUND_A_CHUNK = 12;
  private static final int TRANSPARENCY = 0x74524e53; // "tRNS"

  private PngGrey() {}

  /**
   * Corrects the transparency of a decoded file.
   *
   * @param png the file, which could be decoded
   */
  static void correct(BufferedImage decoded, byte[] png) {
    WritableRaster raster = decoded.getRaster();
    boolean wrong = png[COLOUR_TYPE] == 0 && (png[BITS] == 2 || png[BITS] == 4);
    if (!wrong || raster.getNumBands() != 2) {
      return;
    }
    ByteBuffer file = ByteBuffer.wrap(png);
    long at = FIRST_CHUNK;
    while (at + AROUND_A_CHUNK + Short.BYTES <= png.length) {
      if (file.getInt((int) at + Integer.BYTES) == TRANSPARENCY) {
        int level = file.getShort((int) at + 2 * Integer.BYTES);
        clear(raster, level * 255 / ((1 << png[BITS]) - 1));
        return;
      }
      at += AROUND_A_CHUNK + Integer.toUnsignedLong(file.getInt((int) at));
    }
  }

  private static void clear(WritableRaster raster, int transparent) {
    int[] row = new int[raster.getWidth()];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, row.length, 1, 0, row);
      Arrays.setAll(row, x -> row[x] == transparent ? 0 : 255);
      raster.setSamples(0, y, row.length, 1, 1, row);
    }
  }
}
