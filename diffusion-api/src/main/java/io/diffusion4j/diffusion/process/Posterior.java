package io.diffusion4j.diffusion.process;

import static java.lang.Math.log;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The posterior q(x_s | x_t, x₀) = N({@code x0}·x₀ + {@code x}·x_t, {@code variance}·I) of two
 * noise levels s &lt; t, neighbours or not (Ho et al. 2020, eq. 6–7).
 *
 * @param x0 √ᾱ_s·β / (1−ᾱ_t)
 * @param x √α·(1−ᾱ_s) / (1−ᾱ_t)
 * @param variance β̃ = β·(1−ᾱ_s) / (1−ᾱ_t); 0 if s is the clean sample
 * @param beta β, the variance of one step of the forward process from s to t
 */
public record Posterior(double x0, double x, double variance, double beta) {
  /**
   * Returns the exact posterior, with α = ᾱ_t/ᾱ_s and β = 1 − α.
   *
   * @param alphaBar ᾱ_t, in [0, 1)
   * @param alphaBarNext ᾱ_s, in (ᾱ_t, 1]
   */
  public static Posterior of(double alphaBar, double alphaBarNext) {
    double alpha = alphaBar / alphaBarNext;
    return of(alphaBar, alphaBarNext, alpha, 1 - alpha);
  }

  /** Creates the posterior from α and β that are already rounded. */
  public static Posterior of(double alphaBar, double alphaBarNext, double alpha, double beta) {
    Check.that(
        alphaBar >= 0 && alphaBar < alphaBarNext && alphaBarNext <= 1,
        "alphaBar",
        alphaBar + " and then " + alphaBarNext,
        "increasing, in [0, 1]");
    return new Posterior(
        sqrt(alphaBarNext) * beta / (1 - alphaBar),
        sqrt(alpha) * (1 - alphaBarNext) / (1 - alphaBar),
        beta * (1 - alphaBarNext) / (1 - alphaBar),
        beta);
  }

  /** Returns the mean for one value. */
  public double mean(double x0, double xt) {
    return this.x0 * x0 + x * xt;
  }

  /** Returns ln β̃; −∞ if s is the clean sample. */
  public double logVariance() {
    return log(variance);
  }
}
