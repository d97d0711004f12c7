package io.diffusion4j.diffusion.schedule;

import static java.lang.Math.log;
import static java.lang.Math.log1p;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The noise level of x_t = √ᾱ·x₀ + √(1−ᾱ)·ε: one number, ᾱ, and the equivalent quantities of the
 * papers.
 *
 * @param alphaBar ᾱ, in [0, 1]; 1 is the clean sample, 0 nothing but noise
 */
public record NoiseLevel(double alphaBar) {
  public NoiseLevel {
    Check.share("alphaBar", alphaBar);
  }

  /** Returns √ᾱ, the share of the sample that is left. */
  public double signal() {
    return sqrt(alphaBar);
  }

  /** Returns √(1−ᾱ), the standard deviation of the noise. */
  public double noise() {
    return sqrt(1 - alphaBar);
  }

  /** Returns the signal-to-noise ratio ᾱ/(1−ᾱ) (Kingma et al. 2021, §3.1); ∞ at the clean end. */
  public double snr() {
    return alphaBar / (1 - alphaBar);
  }

  /**
   * Returns half of the log signal-to-noise ratio, λ = ln √ᾱ − ln √(1−ᾱ) (Lu et al. 2022); ∞ at the
   * clean end.
   */
  public double lambda() {
    return 0.5 * (log(alphaBar) - log1p(-alphaBar));
  }

  /**
   * Returns √((1−ᾱ)/ᾱ), the σ of the variance-exploding view x̃ = x₀ + σ·ε = x/√ᾱ (Karras et al.
   * 2022); ∞ for pure noise.
   */
  public double sigma() {
    return sqrt((1 - alphaBar) / alphaBar);
  }

  /** Computes x_t = √ᾱ·x₀ + √(1−ᾱ)·ε (Ho et al. 2020, eq. 4). */
  public double xt(double x0, double eps) {
    return signal() * x0 + noise() * eps;
  }

  /** Computes v = √ᾱ·ε − √(1−ᾱ)·x₀ (Salimans &amp; Ho 2022, §4). */
  public double v(double x0, double eps) {
    return signal() * eps - noise() * x0;
  }

  /**
   * Returns the score ∇ ln q(x_t | x₀) = −ε/√(1−ᾱ) (Y. Song et al. 2021); infinite at the clean
   * end, where the density is a point.
   */
  public double score(double eps) {
    return -eps / noise();
  }
}
