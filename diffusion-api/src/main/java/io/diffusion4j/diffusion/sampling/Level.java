package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/**
 * A noise level a solver visits.
 *
 * @param t the time the network is told there, fractional between timesteps
 * @param alphaBar ᾱ, in (0, 1]
 */
public record Level(double t, double alphaBar) {
  /** The clean sample. */
  public static final Level CLEAN = new Level(NoiseSchedule.CLEAN, 1);

  public Level {
    if (!(alphaBar > 0 && alphaBar <= 1)) {
      throw new IllegalArgumentException("alphaBar: " + alphaBar + " (expected: in (0, 1])");
    }
  }

  /** √ᾱ, how much of the sample is left. */
  double signal() {
    return level().signal();
  }

  /** √(1−ᾱ), the standard deviation of the noise. */
  double noise() {
    return level().noise();
  }

  /** Half the log signal-to-noise ratio, λ = ln √ᾱ − ln √(1−ᾱ); ∞ at the clean end. */
  double lambda() {
    return level().lambda();
  }

  /** √((1−ᾱ)/ᾱ), the σ of the variance-exploding view x̃ = x₀ + σ·ε = x/√ᾱ (Karras et al. 2022). */
  double sigma() {
    return level().sigma();
  }

  private NoiseLevel level() {
    return new NoiseLevel(alphaBar);
  }
}
