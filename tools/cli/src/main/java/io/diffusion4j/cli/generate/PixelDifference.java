package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import java.io.IOException;

/**
 * The difference of two pictures.
 *
 * @param values how many of the values differ
 * @param of the number of values
 * @param most the largest difference
 * @param psnr the peak signal-to-noise ratio in dB; infinite if no value differs
 */
record PixelDifference(int values, int of, int most, double psnr) {
  /**
   * The least PSNR of pictures that differ by rounding, in dB: a root mean square of 1.4 of 255.
   * The shipped model's pictures with towers on another engine had 51 dB.
   */
  private static final double ROUNDING = 45;

  /** The most by which a value differs by rounding: more is painted over. */
  private static final int MAX_ROUNDING = 32;

  /** More pixels than any model draws. */
  private static final long MAX_PIXELS = 1L << 26;

  /** Compares two image files. */
  static PixelDifference between(byte[] expected, byte[] actual) throws IOException {
    Image before = ImageFiles.read(expected, MAX_PIXELS);
    Image now = ImageFiles.read(actual, MAX_PIXELS);
    Check.that(
        before.width() == now.width() && before.height() == now.height(),
        "size",
        before.width() + "×" + before.height(),
        "%d×%d, the size that the recipe draws",
        now.width(),
        now.height());
    byte[] a = Rgb8.of(before).pixels();
    byte[] b = Rgb8.of(now).pixels();
    int values = 0;
    int most = 0;
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      int difference = Math.abs((a[i] & 0xff) - (b[i] & 0xff));
      values += difference == 0 ? 0 : 1;
      most = Math.max(most, difference);
      squares += (double) difference * difference;
    }
    return new PixelDifference(
        values, a.length, most, 10 * Math.log10(255.0 * 255 * a.length / squares));
  }

  boolean isNone() {
    return values == 0;
  }

  /** Returns whether it is the same picture, computed with other roundings. */
  boolean isRounding() {
    return psnr >= ROUNDING && most <= MAX_ROUNDING;
  }
}
