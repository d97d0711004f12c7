package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import java.io.IOException;

/** The difference of two pictures. */
record PixelDifference(int values, int of, int most) {
  /** More pixels than any model draws. */
  private static final long MOST_PIXELS = 1L << 26;

  /** Compares two image files. */
  static PixelDifference between(byte[] expected, byte[] actual) throws IOException {
    Image before = ImageFiles.read(expected, MOST_PIXELS);
    Image now = ImageFiles.read(actual, MOST_PIXELS);
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
    for (int i = 0; i < a.length; i++) {
      int difference = Math.abs((a[i] & 0xff) - (b[i] & 0xff));
      values += difference == 0 ? 0 : 1;
      most = Math.max(most, difference);
    }
    return new PixelDifference(values, a.length, most);
  }

  boolean isNone() {
    return values == 0;
  }
}
