package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/** A sampling method on a fixed grid of timesteps, which compiles to a table of coefficients. */
@FunctionalInterface
public interface Sampler {
  /** Returns the table for this schedule and these timesteps. */
  SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps);
}
