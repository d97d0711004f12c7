package io.diffusion4j.nn.exact;

import io.diffusion4j.diffusion.loss.TanhNormal;
import io.diffusion4j.nn.Function;

/**
 * Functions of arrays, in float32 operations whose order is written here: sums, products, quotients
 * and square roots, which every processor rounds alike, and no fused multiplications.
 */
final class Curves {
  /** Squarings in {@link #exp}. */
  private static final int SQUARINGS = 6;

  private static final float PART = 1f / (1 << SQUARINGS);

  private static final float SLOPE = (float) (2 * TanhNormal.ROOT_2_BY_PI);
  private static final float CUBIC = (float) TanhNormal.CUBIC;
  private static final float QUICK = (float) Function.QUICK;
  private static final float ROOT_HALF = (float) Math.sqrt(0.5);

  private Curves() {}

  /** Whether it is one of the functions. */
  static boolean has(Function function) {
    return switch (function) {
      case SILU, RELU, GELU, GELU_TANH, QUICK_GELU -> true;
      case NEGATE, ABS, SQUARE, EXP, LOG, SINE, INVERSE_ROOT, SIGMOID -> false;
    };
  }

  /** Computes y = f(x) for some places; only SiLU in place. */
  static void apply(Function function, float[] x, float[] y, int begin, int end) {
    switch (function) {
      case SILU -> {
        for (int i = begin; i < end; i++) {
          y[i] = x[i] / (1f + exp(-x[i]));
        }
      }
      case RELU -> {
        for (int i = begin; i < end; i++) {
          y[i] = Math.max(x[i], 0f);
        }
      }
      case GELU -> {
        for (int from = begin; from < end; from += Tiles.LENGTH) {
          gelu(x, y, from, Math.min(end, from + Tiles.LENGTH));
        }
      }
      case GELU_TANH -> {
        for (int i = begin; i < end; i++) {
          y[i] = x[i] * sigmoid(SLOPE * (x[i] + CUBIC * x[i] * x[i] * x[i]));
        }
      }
      case QUICK_GELU -> {
        for (int i = begin; i < end; i++) {
          y[i] = x[i] * sigmoid(QUICK * x[i]);
        }
      }
      case NEGATE, ABS, SQUARE, EXP, LOG, SINE, INVERSE_ROOT, SIGMOID ->
          throw new IllegalArgumentException("function: " + function + " (expected: a curve)");
    }
  }

  /** Computes 1/(1 + e⁻ˣ). */
  private static float sigmoid(float x) {
    return 1f / (1f + exp(-x));
  }

  /**
   * Computes eˣ from {@value #SQUARINGS} squarings of the power series of e^(x/64) to the seventh
   * power: for |x| ≤ 30 with a relative error of 10⁻⁵, below −30 something less than 10⁻¹², and
   * above 30 something more than 10¹², or infinity.
   */
  static float exp(float x) {
    float t = Math.max(x, -80f) * PART;
    float y =
        1f
            + t
                * (1f
                    + t
                        * (1f / 2
                            + t
                                * (1f / 6
                                    + t
                                        * (1f / 24
                                            + t * (1f / 120 + t * (1f / 720 + t * (1f / 5040)))))));
    y *= y;
    y *= y;
    y *= y;
    y *= y;
    y *= y;
    y *= y;
    return y;
  }

  /** Computes e^(x − shift). */
  static void exp(float[] x, float shift, float[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] = exp(x[i] - shift);
    }
  }

  /**
   * Computes x·Φ(x) to 10⁻⁷ (Abramowitz &amp; Stegun, 7.1.26), in two loops that are short enough
   * for vector instructions.
   */
  private static void gelu(float[] x, float[] y, int begin, int end) {
    for (int i = begin; i < end; i++) {
      y[i] = exp(-0.5f * x[i] * x[i]);
    }
    for (int i = begin; i < end; i++) {
      float size = Math.abs(x[i]);
      float t = 1f / (1f + 0.3275911f * ROOT_HALF * size);
      float sum =
          t
              * (0.2548296f
                  + t * (-0.28449672f + t * (1.4214138f + t * (-1.4531521f + t * 1.0614054f))));
      y[i] = Math.max(x[i], 0f) - size * (0.5f * sum * y[i]);
    }
  }
}
