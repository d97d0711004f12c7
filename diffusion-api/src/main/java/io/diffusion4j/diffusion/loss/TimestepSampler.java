package io.diffusion4j.diffusion.loss;

import io.diffusion4j.diffusion.argument.Check;
import java.util.SplittableRandom;

/** Draws the timestep at which a sample is trained. */
@FunctionalInterface
public interface TimestepSampler {
  /**
   * A timestep that was drawn.
   *
   * @param t the timestep
   * @param weight 1/(T·p_t), by which its loss counts so that the mean is that of uniform draws
   */
  record Drawn(int t, double weight) {}

  /** Draws a timestep. */
  Drawn draw(SplittableRandom random);

  /**
   * Returns a mixture of this sampler and another. Losses are not re-weighted.
   *
   * @param other for example one of the last few timesteps: the network's output there is the final
   *     sample, so they deserve more than their share of the draws
   * @param probability the probability of a draw of the other, in [0, 1]
   */
  default TimestepSampler mixedWith(TimestepSampler other, double probability) {
    Check.share("probability", probability);
    return random -> random.nextDouble() < probability ? other.draw(random) : draw(random);
  }

  /**
   * Returns the sampler for which every timestep is equally likely.
   *
   * @param steps t is from 0 to {@code steps − 1}
   */
  static TimestepSampler uniform(int steps) {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    return random -> new Drawn(random.nextInt(steps), 1);
  }

  /**
   * Prefers noisy timesteps: u uniform in [0, 1) becomes s·u/(1 + (s − 1)·u) of the steps (Esser et
   * al. 2024, eq. 23). Losses are not re-weighted, so the training emphasises the layout, which is
   * decided at high noise, over details, which are decided last.
   *
   * @param steps t is from 0 to {@code steps − 1}
   * @param shift s, at least 1; 1 is uniform, and with 4 half of the draws are from the noisiest
   *     fifth
   */
  static TimestepSampler shifted(int steps, double shift) {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    Check.that(shift >= 1 && shift < Double.POSITIVE_INFINITY, "shift", shift, "≥ 1");
    return random -> {
      double u = random.nextDouble();
      double moved = shift * u / (1 + (shift - 1) * u);
      return new Drawn(Math.min(steps - 1, (int) (steps * moved)), 1);
    };
  }
}
