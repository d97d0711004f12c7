package io.diffusion4j.diffusion.schedule;

/** A rule that picks the timesteps of a sampler from those of the training schedule. */
@FunctionalInterface
public interface TimestepSpacing {
  /**
   * Picks n of the timesteps 0, …, trainSteps − 1.
   *
   * @throws IllegalArgumentException if n is not in [1, trainSteps], or this spacing cannot pick
   *     exactly n
   */
  Timesteps of(int trainSteps, int n);
}
