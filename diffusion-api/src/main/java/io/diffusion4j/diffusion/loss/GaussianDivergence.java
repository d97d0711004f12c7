package io.diffusion4j.diffusion.loss;

import static java.lang.Math.exp;
import static java.lang.Math.expm1;

/** The divergence of two Gaussians, in closed form: the terms L_t and L_T of the bound. */
public final class GaussianDivergence {
  private GaussianDivergence() {}

  /**
   * Computes KL(N(μ₁, σ₁²) ‖ N(μ₂, σ₂²)) = ½(ln σ₂² − ln σ₁² − 1 + σ₁²/σ₂² + (μ₁−μ₂)²/σ₂²) in nats;
   * at least 0, and 0 only for equal distributions.
   */
  public static double nats(double mean1, double logVariance1, double mean2, double logVariance2) {
    double gap = logVariance1 - logVariance2;
    double difference = mean1 - mean2;
    // eᵍ − 1 − g, written so that little is lost where the variances are close.
    return 0.5 * (expm1(gap) - gap + difference * difference * exp(-logVariance2));
  }
}
