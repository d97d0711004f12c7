package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.image.Rgb8;
import java.util.ArrayList;

/**
 * The middle frequencies of a tile of {@value #SIDE}×{@value #SIDE} pixels: one half of the plane,
 * as the other half mirrors it.
 */
final class Tile {
  static final int SIDE = 64;

  private static final int LOWEST = 5;
  private static final int HIGHEST = 14;
  private static final double[] COS = new double[SIDE];
  private static final double[] SIN = new double[SIDE];
  private static final int[][] FREQUENCIES;

  static {
    for (int i = 0; i < SIDE; i++) {
      COS[i] = Math.cos(2 * Math.PI * i / SIDE);
      SIN[i] = Math.sin(2 * Math.PI * i / SIDE);
    }
    var all = new ArrayList<int[]>();
    for (int v = 0; v <= HIGHEST; v++) {
      for (int u = -HIGHEST; u <= HIGHEST; u++) {
        int square = u * u + v * v;
        boolean half = v > 0 || u > 0;
        if (half && square >= LOWEST * LOWEST && square <= HIGHEST * HIGHEST) {
          all.add(new int[] {u & SIDE - 1, v});
        }
      }
    }
    FREQUENCIES = all.toArray(int[][]::new);
  }

  private Tile() {}

  /** Returns the number of real coefficients: a real and an imaginary part of each frequency. */
  static int coefficients() {
    return 2 * FREQUENCIES.length;
  }

  /**
   * Folds the details of a picture into one tile: the mean over all pixels that fall on each pixel
   * of the tile.
   */
  static double[] fold(Rgb8 image) {
    double[] details = LocalContrast.of(image);
    double[] sum = new double[SIDE * SIDE];
    int[] count = new int[SIDE * SIDE];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int at = y % SIDE * SIDE + x % SIDE;
        sum[at] += details[y * image.width() + x];
        count[at]++;
      }
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] = count[i] == 0 ? 0 : sum[i] / count[i];
    }
    return sum;
  }

  /**
   * Returns the coefficients of a tile: real parts at even places, imaginary ones at odd places.
   */
  static double[] transform(double[] tile) {
    double[] result = new double[coefficients()];
    double[] rows = new double[2 * SIDE * SIDE]; // of each row, at each u
    for (int y = 0; y < SIDE; y++) {
      for (int u = 0; u < SIDE; u++) {
        double re = 0;
        double im = 0;
        for (int x = 0; x < SIDE; x++) {
          int phase = u * x & SIDE - 1;
          re += tile[y * SIDE + x] * COS[phase];
          im -= tile[y * SIDE + x] * SIN[phase];
        }
        rows[2 * (y * SIDE + u)] = re;
        rows[2 * (y * SIDE + u) + 1] = im;
      }
    }
    for (int k = 0; k < FREQUENCIES.length; k++) {
      int u = FREQUENCIES[k][0];
      int v = FREQUENCIES[k][1];
      double re = 0;
      double im = 0;
      for (int y = 0; y < SIDE; y++) {
        int phase = v * y & SIDE - 1;
        double a = rows[2 * (y * SIDE + u)];
        double b = rows[2 * (y * SIDE + u) + 1];
        re += a * COS[phase] + b * SIN[phase];
        im += b * COS[phase] - a * SIN[phase];
      }
      result[2 * k] = re / SIDE;
      result[2 * k + 1] = im / SIDE;
    }
    return result;
  }

  /** Returns the tile with these coefficients, where all others are 0. */
  static double[] inverse(double[] coefficients) {
    double[] columns = new double[2 * SIDE * SIDE]; // at each u, of each y
    for (int k = 0; k < FREQUENCIES.length; k++) {
      int u = FREQUENCIES[k][0];
      int v = FREQUENCIES[k][1];
      for (int y = 0; y < SIDE; y++) {
        int phase = v * y & SIDE - 1;
        double re = coefficients[2 * k];
        double im = coefficients[2 * k + 1];
        columns[2 * (y * SIDE + u)] += re * COS[phase] - im * SIN[phase];
        columns[2 * (y * SIDE + u) + 1] += re * SIN[phase] + im * COS[phase];
      }
    }
    double[] tile = new double[SIDE * SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double sum = 0;
        for (int u = 0; u < SIDE; u++) {
          int phase = u * x & SIDE - 1;
          sum +=
              columns[2 * (y * SIDE + u)] * COS[phase]
                  - columns[2 * (y * SIDE + u) + 1] * SIN[phase];
        }
        tile[y * SIDE + x] = 2 * sum / SIDE; // the mirrored half is as large
      }
    }
    return tile;
  }

  /**
   * Returns the number of coefficients with the expected sign after a shift of the tile.
   *
   * @param dx by how many pixels to the left, and {@code dy} upwards
   */
  static int agreeing(double[] coefficients, byte[] signs, int dx, int dy) {
    int agreeing = 0;
    for (int k = 0; k < FREQUENCIES.length; k++) {
      int phase = FREQUENCIES[k][0] * dx + FREQUENCIES[k][1] * dy & SIDE - 1;
      double re = coefficients[2 * k] * COS[phase] - coefficients[2 * k + 1] * SIN[phase];
      double im = coefficients[2 * k] * SIN[phase] + coefficients[2 * k + 1] * COS[phase];
      agreeing += re * signs[2 * k] > 0 ? 1 : 0;
      agreeing += im * signs[2 * k + 1] > 0 ? 1 : 0;
    }
    return agreeing;
  }
}
