package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;

/** β in equal steps from a first to a last value (Ho et al. 2020, §4). */
public final class LinearSchedule extends BetaSchedule {
  /**
   * OpenAI's schedule: β from 1e-4 to 0.02 for 1000 steps, scaled by 1000/T for others so that ᾱ
   * ends at about the same noise.
   *
   * @param steps T, more than 20 (β would reach 1)
   */
  public LinearSchedule(int steps) {
    this(steps, scale(steps) * 1e-4, scale(steps) * 0.02, TableRounding.FLOAT64);
  }

  /**
   * Creates any other schedule, without scaling; diffusers has 1e-4, 0.02 and {@link
   * TableRounding#FLOAT32}.
   *
   * @param steps T, at least 1
   * @param first β_0, in (0, 1)
   * @param last β_{T−1}, in (0, 1)
   * @param precision the precision to which the tables are rounded
   */
  public LinearSchedule(int steps, double first, double last, TableRounding precision) {
    super(precision, Linspace.of(first, last, steps, precision));
  }

  /** Computes OpenAI's factor of β for T timesteps. */
  static double scale(int steps) {
    Check.that(steps > 20, "steps", steps, "> 20");
    return 1000.0 / steps;
  }
}
