package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/** A way from noise to a sample on a fixed grid of timesteps, as a table of numbers. */
@FunctionalInterface
public interface Sampler {
  /** The table for this schedule and these timesteps. */
  SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps);
}
