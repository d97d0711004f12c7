package io.diffusion4j.diffusion.loss;

/**
 * The approximation ½(1 + tanh(√(2/π)·(u + 0.044715·u³))) of the normal distribution function (Page
 * 1977), which the reference implementations of DDPM's bound and of GELU use.
 */
public final class TanhNormal {
  /** √(2/π). */
  public static final double ROOT_2_BY_PI = Math.sqrt(2 / Math.PI);

  /** The factor of u³. */
  public static final double CUBIC = 0.044715;

  private TanhNormal() {}

  /** Computes the function at u, as the logistic function of twice the argument of tanh. */
  public static double cdf(double u) {
    return 1 / (1 + Math.exp(-2 * ROOT_2_BY_PI * (u + CUBIC * u * u * u)));
  }
}
