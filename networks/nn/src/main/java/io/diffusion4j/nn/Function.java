package io.diffusion4j.nn;

import static io.diffusion4j.diffusion.loss.TanhNormal.CUBIC;
import static io.diffusion4j.diffusion.loss.TanhNormal.ROOT_2_BY_PI;

/** A function of one number. */
public enum Function {
  /** −x. */
  NEGATE,
  /** |x|, with derivative 0 at 0. */
  ABS,
  /** x². */
  SQUARE,
  /** eˣ. */
  EXP,
  /** ln x. */
  LOG,
  /** sin x. */
  SINE,
  /** 1/√x. */
  INVERSE_ROOT,
  /** σ(x) = 1/(1 + e⁻ˣ). */
  SIGMOID,
  /** x·σ(x). */
  SILU,
  /** max(x, 0), with derivative 0 at 0. */
  RELU,
  /** x·Φ(x) with the normal distribution function Φ (Hendrycks &amp; Gimpel 2016), exactly. */
  GELU,
  /** {@link #GELU} with {@link io.diffusion4j.diffusion.loss.TanhNormal} for Φ, as in its paper. */
  GELU_TANH,
  /** x·σ(1.702·x), the approximation of {@link #GELU} that OpenAI's CLIP was trained with. */
  QUICK_GELU;

  /** The factor in {@link #QUICK_GELU}. */
  public static final double QUICK = 1.702;

  private static final double PER_ROOT = 1 / Math.sqrt(2 * Math.PI);

  /** Beyond it Φ is 0 or 1 in double precision. */
  private static final double FAR = 38;

  // Branches instead of a method per constant, since one method is inlined into loops over arrays

  /** Returns the value at x. */
  public double of(double x) {
    return switch (this) {
      case NEGATE -> -x;
      case ABS -> Math.abs(x);
      case SQUARE -> x * x;
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SINE -> Math.sin(x);
      case INVERSE_ROOT -> 1 / Math.sqrt(x);
      case SIGMOID -> sigmoid(x);
      case SILU -> x * sigmoid(x);
      case RELU -> Math.max(x, 0);
      case GELU -> x * cdf(x);
      case GELU_TANH -> 0.5 * x * (1 + curve(x));
      case QUICK_GELU -> x * sigmoid(QUICK * x);
    };
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Returns the tanh in {@link #GELU_TANH}. */
  private static double curve(double x) {
    return Math.tanh(ROOT_2_BY_PI * (x + CUBIC * x * x * x));
  }

  /** Returns the density of the standard normal distribution. */
  private static double density(double x) {
    return PER_ROOT * Math.exp(-0.5 * x * x);
  }

  /**
   * Computes Φ(x) to about 15 digits: the power series ½ + φ(x)·Σ x^(2k+1)/(1·3·5·…·(2k+1)) near 0,
   * and the continued fraction of Mills' ratio far from 0 (Abramowitz &amp; Stegun, 26.2.11,
   * 26.2.14).
   */
  private static double cdf(double x) {
    double size = Math.abs(x);
    if (size > FAR) {
      return x > 0 ? 1 : 0;
    }
    if (size < 3) {
      double term = x;
      double sum = x;
      for (int k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
        term *= x * x / (2 * k + 1);
        sum += term;
      }
      return 0.5 + density(x) * sum;
    }
    double fraction = size;
    for (int k = 100; k >= 1; k--) {
      fraction = size + k / fraction;
    }
    double upper = density(size) / fraction;
    return x > 0 ? 1 - upper : upper;
  }
}
