package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * The last steps of another sampler, for a start from a noised image (SDEdit, Meng et al. 2022).
 *
 * @param sampler the sampler, which gets a schedule that ends at the first of these steps
 * @param strength the share of the steps that is taken, in (0, 1]
 */
public record PartialSampler(Sampler sampler, double strength) implements Sampler {
  public PartialSampler {
    Check.that(strength > 0 && strength <= 1, "strength", strength, "in (0, 1]");
  }

  /**
   * Returns the number of steps taken: strength·steps, rounded up.
   *
   * @param steps the number of steps of the whole way
   */
  public static int steps(double strength, int steps) {
    Check.that(strength > 0 && strength <= 1, "strength", strength, "in (0, 1]");
    return Math.max(1, (int) Math.ceil(strength * steps - 1e-9)); // 0.07·100 is a bit above 7
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    Timesteps last = timesteps.last(steps(strength, timesteps.size()));
    return sampler.plan(new Truncated(schedule, last.get(0) + 1), last);
  }

  /** The cleaner part of a schedule. */
  private record Truncated(NoiseSchedule whole, int steps) implements NoiseSchedule {
    @Override
    public double alphaBar(int t) {
      return whole.alphaBar(within(t));
    }

    @Override
    public double beta(int t) {
      return whole.beta(within(t)); // from the whole one's own table, if it has one
    }

    private int within(int t) {
      if (t >= steps) {
        throw new IndexOutOfBoundsException(Check.message("t", t, "below %s", steps));
      }
      return t;
    }
  }
}
