package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * A sampler for networks that were distilled to estimate x₀ in one call. Each step takes x̂₀ whole
 * and noises it up to the next level, so an error of the first x̂₀ is not corrected as in an ODE.
 */
public interface FewStepSampler extends Sampler {
  /**
   * The largest σ = √((1−ᾱ)/ᾱ) from which a network that predicts the noise can begin: its error is
   * multiplied by σ in x̂₀. The published latent models begin at 14.6 and linear schedules at 157;
   * the cosine schedule ends at 20,291.
   */
  double MAX_SIGMA_OF_EPS = 1000;

  /** Returns the largest σ from which the sampler begins; ∞ by default. */
  double maxSigma();

  /**
   * Returns the same sampler with a limit of its first noise level.
   *
   * @param sigma the largest σ = √((1−ᾱ)/ᾱ), above 0
   */
  FewStepSampler startingWithin(double sigma);

  /**
   * Refuses timesteps that begin above the limit.
   *
   * @throws IllegalArgumentException if an error of the network would outweigh the sample
   */
  default void requireStart(NoiseSchedule schedule, Timesteps timesteps) {
    double sigma = schedule.level(timesteps.get(0)).sigma();
    Check.that(
        sigma <= maxSigma(),
        "timesteps",
        timesteps.get(0) + " first, at σ " + Math.round(sigma),
        "a start at σ ≤ %s: x̂₀ multiplies errors of a predicted noise by σ; use a schedule that"
            + " begins lower, or a network that predicts x0 or v",
        Math.round(maxSigma()));
  }
}
