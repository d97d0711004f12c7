package io.diffusion4j.diffusion.loss;

import static io.diffusion4j.diffusion.loss.TanhNormal.cdf;
import static java.lang.Math.abs;
import static java.lang.Math.exp;
import static java.lang.Math.log;
import static java.lang.Math.max;

/**
 * The probability of an 8-bit level under a Gaussian: that of its bin, 2/255 wide, where the
 * outermost bins of [−1, 1] reach to infinity (Ho et al. 2020, eq. 13). This is the term L₀ of the
 * bound. Over the 256 levels it sums to one.
 */
public final class PixelLikelihood {
  /** Half of the distance between two levels. */
  public static final double HALF_BIN = 1.0 / 255;

  /** Values beyond this bound belong to the first or last level. */
  public static final double LAST_LEVEL = 0.999;

  /** The smallest argument of the logarithm, as in the reference. */
  public static final double FLOOR = 1e-12;

  private PixelLikelihood() {}

  /**
   * Computes ln P(x), at least ln 10⁻¹².
   *
   * @param x the level, one of −1, −1 + 2/255, …, 1
   */
  public static double logProbability(double x, double mean, double logVariance) {
    return log(max(probability(x, mean, logVariance), FLOOR));
  }

  /** Computes P(x), in [0, 1]. */
  public static double probability(double x, double mean, double logVariance) {
    double perSigma = exp(-0.5 * logVariance);
    double centred = x - mean;
    if (x < -LAST_LEVEL) {
      return cdf((centred + HALF_BIN) * perSigma);
    }
    if (x > LAST_LEVEL) {
      return cdf((HALF_BIN - centred) * perSigma);
    }
    // A bin above the mean is as likely as its mirror image below, where the distribution function
    // is small and its differences are exact.
    double below = -abs(centred);
    return cdf((below + HALF_BIN) * perSigma) - cdf((below - HALF_BIN) * perSigma);
  }
}
