package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * The last steps of another sampler, for a start from a noised image (SDEdit, Meng et al. 2022). A
 * method that remembers earlier steps begins without a memory.
 *
 * @param sampler the sampler, which gets the {@linkplain Timesteps#last end} of the timesteps
 * @param strength the share of the steps that is taken, in (0, 1]
 */
public record PartialSampler(Sampler sampler, double strength) implements Sampler {
  public PartialSampler {
    Check.that(strength > 0 && strength <= 1, "strength", strength, "in (0, 1]");
  }

  /**
   * Returns the number of steps taken: strength·steps, rounded up.
   *
   * @param steps the number of steps of the full trajectory
   */
  public static int steps(double strength, int steps) {
    Check.that(strength > 0 && strength <= 1, "strength", strength, "in (0, 1]");
    return Math.max(1, (int) Math.ceil(strength * steps - 1e-9)); // 0.07·100 is a bit above 7
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    return sampler.plan(schedule, timesteps.last(steps(strength, timesteps.size())));
  }
}
