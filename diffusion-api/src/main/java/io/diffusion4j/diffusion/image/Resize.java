package io.diffusion4j.diffusion.image;

import io.diffusion4j.diffusion.argument.Check;

/**
 * Images at another size.
 *
 * <p>Every method is separable: rows first, then columns. Pixel centres lie at half-integers, so
 * that the corners of the images coincide.
 */
public final class Resize {
  /** The fractional bits of the weights for bytes, as in PIL, so that the results are equal. */
  private static final int FRACTION_BITS = 22;

  private Resize() {}

  /**
   * Resizes by antialiased bicubic interpolation in floating point: the cubic convolution of Keys
   * (1981), a = −1/2, stretched by the factor when reducing, with the taps outside the image
   * dropped and the rest renormalised. This makes the condition of unCLIP's upsamplers. Edges
   * overshoot, so the result may be outside the range of the image.
   *
   * @throws IllegalArgumentException if a size is below 1
   */
  public static Image bicubic(Image image, int width, int height) {
    requireSize(width, height);
    return resample(
        image,
        Taps.bicubic(image.width(), width, 0, width),
        Taps.bicubic(image.height(), height, 0, height));
  }

  /**
   * Resizes by linear interpolation between the nearest pixel centres, without antialiasing.
   *
   * @throws IllegalArgumentException if a size is below 1
   */
  public static Image bilinear(Image image, int width, int height) {
    requireSize(width, height);
    return resample(
        image, Taps.bilinear(image.width(), width), Taps.bilinear(image.height(), height));
  }

  /**
   * Returns the mean over the rectangle that each new pixel covers; for whole factors, average
   * pooling.
   *
   * @throws IllegalArgumentException if a size is below 1
   */
  public static Image area(Image image, int width, int height) {
    requireSize(width, height);
    return resample(image, Taps.area(image.width(), width), Taps.area(image.height(), height));
  }

  /**
   * Resizes by antialiased bicubic interpolation in bytes, with rounding to bytes after the rows
   * and again after the columns. The result is that of PIL ({@code Resampling.BICUBIC}), byte for
   * byte; CLIP's preprocessing uses it.
   *
   * @throws IllegalArgumentException if a size is below 1
   */
  public static Rgb8 bicubic(Rgb8 image, int width, int height) {
    requireSize(width, height);
    return bicubic(image, width, height, new Region(0, 0, width, height));
  }

  /**
   * Returns a region of {@link #bicubic(Rgb8, int, int)}, without computing the rest: the cost is
   * bounded by the sizes of the region and the image, however long and thin the image is.
   *
   * @throws IllegalArgumentException if a size is below 1 or the region is not inside it
   */
  public static Rgb8 bicubic(Rgb8 image, int width, int height, Region region) {
    requireSize(width, height);
    Check.that(
        (long) region.left + region.width <= width && (long) region.top + region.height <= height,
        "region",
        region,
        "inside %s×%s",
        width,
        height);
    return resample(
        image,
        Taps.bicubic(image.width(), width, region.left, region.width),
        Taps.bicubic(image.height(), height, region.top, region.height));
  }

  /**
   * Returns the result of {@link #bicubic(Rgb8, int, int)} for an image that is first reduced by
   * whole factors to the mean over cells of pixels: PIL's {@code resize} with {@code
   * reducing_gap=1}, byte by byte. The result is a little softer, and computed faster for large
   * images.
   *
   * @throws IllegalArgumentException if a size is below 1
   */
  public static Rgb8 reducedBicubic(Rgb8 image, int width, int height) {
    requireSize(width, height);
    int across = Math.max(1, image.width() / width);
    int down = Math.max(1, image.height() / height);
    Rgb8 reduced = across == 1 && down == 1 ? image : reduced(image, across, down);
    return resample(
        reduced,
        Taps.filtered(Taps.Filter.BICUBIC, reduced.width(), (double) image.width() / across, width),
        Taps.filtered(
            Taps.Filter.BICUBIC, reduced.height(), (double) image.height() / down, height));
  }

  /**
   * Lanczos interpolation with a window of three lobes, equal to PIL's byte for byte.
   *
   * @throws IllegalArgumentException if a size is below 1
   */
  public static Rgb8 lanczos(Rgb8 image, int width, int height) {
    requireSize(width, height);
    return resample(
        image,
        Taps.filtered(Taps.Filter.LANCZOS, image.width(), image.width(), width),
        Taps.filtered(Taps.Filter.LANCZOS, image.height(), image.height(), height));
  }

  /**
   * Returns the mean over cells, in whole numbers as PIL computes it; cells at the border may be
   * smaller.
   */
  private static Rgb8 reduced(Rgb8 image, int across, int down) {
    int width = (image.width() - 1) / across + 1;
    int height = (image.height() - 1) / down + 1;
    byte[] out = new byte[Math.multiplyExact(3 * width, height)];
    for (int y = 0; y < height; y++) {
      int bottom = Math.min((y + 1) * down, image.height());
      for (int x = 0; x < width; x++) {
        int right = Math.min((x + 1) * across, image.width());
        int count = (bottom - y * down) * (right - x * across);
        long factor = (1L << 24) / count;
        for (int c = 0; c < 3; c++) {
          long sum = count / 2;
          for (int row = y * down; row < bottom; row++) {
            for (int column = x * across; column < right; column++) {
              sum += image.pixels()[3 * (row * image.width() + column) + c] & 0xff;
            }
          }
          out[3 * (y * width + x) + c] = (byte) ((sum * factor) >> 24);
        }
      }
    }
    return new Rgb8(width, height, out);
  }

  private static Rgb8 resample(Rgb8 image, Taps across, Taps down) {
    int width = across.size();
    int height = down.size();
    int firstRow = down.begin();
    int rows = down.end() - firstRow;

    byte[] in = image.pixels();
    byte[] between = new byte[Math.multiplyExact(3 * rows, width)];
    int[][] weights = fixedPoint(across);
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < width; x++) {
        int from = 3 * ((firstRow + y) * image.width() + across.first()[x]);
        mix(in, from, 3, weights[x], between, 3 * (y * width + x));
      }
    }
    byte[] out = new byte[Math.multiplyExact(3 * height, width)];
    weights = fixedPoint(down);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = 3 * ((down.first()[y] - firstRow) * width + x);
        mix(between, from, 3 * width, weights[y], out, 3 * (y * width + x));
      }
    }
    return new Rgb8(width, height, out);
  }

  /**
   * A rectangle of an image.
   *
   * @param left its first column
   * @param top its first row
   * @param width the width in pixels, at least 1
   * @param height the height in pixels, at least 1
   */
  public record Region(int left, int top, int width, int height) {
    public Region {
      Check.that(
          left >= 0 && top >= 0 && width >= 1 && height >= 1,
          "region",
          width + "×" + height + " at (" + left + ", " + top + ")",
          "≥ 1×1 at ≥ (0, 0)");
    }

    @Override
    public String toString() {
      return width + "×" + height + " at (" + left + ", " + top + ")";
    }
  }

  /** Computes one pixel from {@code weights.length} pixels at a distance of {@code stride}. */
  private static void mix(byte[] in, int from, int stride, int[] weights, byte[] out, int to) {
    for (int c = 0; c < 3; c++) {
      int sum = 1 << (FRACTION_BITS - 1); // a half, so that the shift below rounds
      for (int k = 0; k < weights.length; k++) {
        sum += weights[k] * (in[from + k * stride + c] & 0xff);
      }
      out[to + c] = (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
    }
  }

  private static int[][] fixedPoint(Taps taps) {
    int[][] fixed = new int[taps.size()][];
    for (int i = 0; i < fixed.length; i++) {
      double[] weights = taps.weights()[i];
      fixed[i] = new int[weights.length];
      for (int k = 0; k < weights.length; k++) {
        double scaled = weights[k] * (1 << FRACTION_BITS);
        fixed[i][k] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
      }
    }
    return fixed;
  }

  private static Image resample(Image image, Taps across, Taps down) {
    int width = across.size();
    int height = down.size();
    float[] in = image.pixels();
    float[] between = new float[Math.multiplyExact(3 * image.height(), width)];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < width; x++) {
        int from = 3 * (y * image.width() + across.first()[x]);
        mix(in, from, 3, across.weights()[x], between, 3 * (y * width + x));
      }
    }
    float[] out = new float[Math.multiplyExact(3 * height, width)];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = 3 * (down.first()[y] * width + x);
        mix(between, from, 3 * width, down.weights()[y], out, 3 * (y * width + x));
      }
    }
    return new Image(width, height, out);
  }

  private static void mix(float[] in, int from, int stride, double[] weights, float[] out, int to) {
    for (int c = 0; c < 3; c++) {
      double sum = 0;
      for (int k = 0; k < weights.length; k++) {
        sum += weights[k] * in[from + k * stride + c];
      }
      out[to + c] = (float) sum;
    }
  }

  private static void requireSize(int width, int height) {
    Check.that(width >= 1 && height >= 1, "size", width + "×" + height, "≥ 1×1");
  }
}
