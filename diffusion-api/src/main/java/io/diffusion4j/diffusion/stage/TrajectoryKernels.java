package io.diffusion4j.diffusion.stage;

import static java.lang.Math.fma;
import static java.lang.Math.max;
import static java.lang.Math.min;

/**
 * The inner loops of a {@link Trajectory}, each over part of a row.
 *
 * <p>Samples are floats and coefficients doubles. A sum of two terms, in which large values cancel,
 * is as exact as in double; each further term rounds once more. Yet the loops contain no
 * conversions: a conversion between float and double would keep the compiler of JDK 17 from using
 * vector instructions, and make them ten times slower. Instead a factor is split into a float and
 * the remainder as a float, and {@code fma}, one instruction on any recent processor, recovers the
 * rounding error of a product (Dekker 1971).
 */
final class TrajectoryKernels {
  /** The number of equal factors of an exponential, 2⁵. */
  private static final int EXP_PARTS = 32;

  private static final float EXP_LIMIT = 40f / EXP_PARTS;

  private TrajectoryKernels() {}

  /** Computes to = a·as + b·bs. */
  static void mix(float[] to, double a, float[] as, double b, float[] bs, int start, int end) {
    float aHigh = (float) a;
    float aLow = low(a);
    float bHigh = (float) b;
    float bLow = low(b);
    for (int i = start; i < end; i++) {
      to[i] = sum(aHigh, aLow, as[i], bHigh, bLow, bs[i]);
    }
  }

  /** Computes to = a·as + b·bs, clipped to ±limit. */
  static void mixClipped(
      float[] to, double a, float[] as, double b, float[] bs, float limit, int start, int end) {
    float aHigh = (float) a;
    float aLow = low(a);
    float bHigh = (float) b;
    float bLow = low(b);
    for (int i = start; i < end; i++) {
      to[i] = max(-limit, min(limit, sum(aHigh, aLow, as[i], bHigh, bLow, bs[i])));
    }
  }

  /** Computes to += a·as. */
  static void add(float[] to, double a, float[] as, int start, int end) {
    float factor = (float) a;
    for (int i = start; i < end; i++) {
      to[i] = fma(factor, as[i], to[i]);
    }
  }

  /** Computes to += factor·exp(slope·exponents)·as. */
  static void addExp(
      float[] to, double factor, double slope, float[] exponents, float[] as, int start, int end) {
    float a = (float) factor;
    float b = (float) (slope / EXP_PARTS);
    for (int i = start; i < end; i++) {
      to[i] = fma(a * expOfParts(b * exponents[i]), as[i], to[i]);
    }
  }

  /** Computes to += √(factor·exp(slope·exponents) + more)·as. */
  static void addRoot(
      float[] to,
      double factor,
      double slope,
      float[] exponents,
      double more,
      float[] as,
      int start,
      int end) {
    float a = (float) factor;
    float b = (float) (slope / EXP_PARTS);
    float c = (float) more;
    for (int i = start; i < end; i++) {
      float root = (float) Math.sqrt(fma(a, expOfParts(b * exponents[i]), c));
      to[i] = fma(root, as[i], to[i]);
    }
  }

  private static float low(double factor) {
    return (float) (factor - (float) factor);
  }

  private static float sum(float aHigh, float aLow, float a, float bHigh, float bLow, float b) {
    float product = bHigh * b;
    float lost = fma(bHigh, b, -product);
    return fma(aHigh, a, product) + fma(aLow, a, fma(bLow, b, lost));
  }

  /**
   * Computes e^y of y/{@link #EXP_PARTS}, to about 2·10⁻⁶ of itself where |y| ≤ 8, and constant
   * beyond |y| = 40, which no deviation reaches. Math.exp is a call and cannot be vectorised.
   */
  private static float expOfParts(float part) {
    float x = max(-EXP_LIMIT, min(EXP_LIMIT, part));
    float q = x * (1 / 5040f); // e^x − 1 by Taylor's series, from the far end
    q = x * fma(x, q + 1 / 720f, 1 / 120f);
    q = x * fma(x, q + 1 / 24f, 1 / 6f);
    q = x * fma(x, q + 1 / 2f, 1);
    q = fma(q, q, 2 * q); // (1 + q)² − 1, which keeps the digits of a small q
    q = fma(q, q, 2 * q);
    float e = 1 + q; // whose square keeps those of a small e
    e *= e;
    e *= e;
    return e * e;
  }
}
