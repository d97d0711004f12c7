package io.diffusion4j.diffusion.schedule;

import static java.lang.Math.PI;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;

/**
 * A noise level in the coordinates of flow matching, the straight path x_f = (1−σ)·x₀ + σ·ε (Lipman
 * et al. 2023; Liu et al. 2023). With {@linkplain #scale() r} = √((1−σ)² + σ²) it is the same level
 * as ᾱ = (1−σ)²/r², where x = x_f/r = √ᾱ·x₀ + √(1−ᾱ)·ε, and as σ/(1−σ) in the variance-exploding
 * view.
 *
 * @param sigma σ in [0, 1]; 0 is the clean sample, 1 nothing but noise
 */
public record FlowLevel(double sigma) {
  public FlowLevel {
    Check.share("sigma", sigma);
  }

  /** Returns the level of a share ᾱ of the signal's variance, in [0, 1]. */
  public static FlowLevel of(double alphaBar) {
    var level = new NoiseLevel(alphaBar);
    return new FlowLevel(level.noise() / (level.signal() + level.noise()));
  }

  /** Returns the level of a σ/(1−σ) of the variance-exploding view; ∞ is pure noise. */
  public static FlowLevel ofExploding(double sigma) {
    return new FlowLevel(sigma == Double.POSITIVE_INFINITY ? 1 : sigma / (1 + sigma));
  }

  /** Returns L, the factor from the variance-preserving sample to that of the flow. */
  public double scale() {
    return sqrt((1 - sigma) * (1 - sigma) + sigma * sigma);
  }

  /** Returns ᾱ. */
  public double alphaBar() {
    double signal = (1 - sigma) / scale();
    return signal * signal;
  }

  /**
   * Returns the level k·σ/(1 + (k−1)·σ) (Esser et al. 2024, eq. 23), which multiplies σ/(1−σ) by k.
   *
   * @param k greater than 0; above 1 towards noise
   */
  public FlowLevel shifted(double k) {
    return new FlowLevel(k * sigma / (1 - sigma + k * sigma));
  }

  /** Returns the weight 2/(π·r²) of the velocity's squared error (Esser et al. 2024, §3.1). */
  public double cosMap() {
    return 2 / (PI * scale() * scale());
  }
}
