package io.diffusion4j.nn;

/** The standard normal distribution. */
final class NormalDistribution {
  private static final double PER_ROOT = 1 / Math.sqrt(2 * Math.PI);

  /** Beyond it Φ is 0 or 1 in double precision. */
  private static final double FAR = 38;

  private NormalDistribution() {}

  static double density(double x) {
    return PER_ROOT * Math.exp(-0.5 * x * x);
  }

  /**
   * Computes Φ(x) to about 15 digits: the power series ½ + φ(x)·Σ x^(2k+1)/(1·3·5·…·(2k+1)) near 0,
   * and the continued fraction of Mills' ratio far from 0 (Abramowitz &amp; Stegun, 26.2.11,
   * 26.2.14).
   */
  static double cdf(double x) {
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
