package io.diffusion4j.diffusion.schedule;

/** Which timesteps of the training schedule a sampler visits when it may visit only a few. */
@FunctionalInterface
public interface TimestepSpacing {
  /**
   * Picks n of the timesteps 0, …, trainSteps − 1.
   *
   * @throws IllegalArgumentException if n is not in [1, trainSteps], or this spacing cannot give
   *     exactly n
   */
  Timesteps of(int trainSteps, int n);
}
