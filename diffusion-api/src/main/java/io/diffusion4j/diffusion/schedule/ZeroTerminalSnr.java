package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;

/**
 * Rescales a schedule so that its last timestep is pure noise (Lin et al. 2024, algorithm 1): √ᾱ is
 * shifted so that the last value is 0, and scaled so that the first does not change.
 *
 * <p>Such a schedule is for networks that predict v or x₀: in pure noise, ε does not determine the
 * sample. Samplers that work with σ or λ refuse it, since both are infinite at its last timestep.
 */
public final class ZeroTerminalSnr {
  private static final double LAST_ALPHA_BAR = 0x1p-24;

  private ZeroTerminalSnr() {}

  /**
   * Returns the stretched schedule with a last ᾱ of 2⁻²⁴, for samplers in σ or λ (σ = 4096), as
   * diffusers' Euler and DPM-Solver++ have it.
   *
   * @param schedule as for {@link #of}
   * @param precision as for {@link #of}
   */
  public static NoiseSchedule aboveZero(NoiseSchedule schedule, TableRounding precision) {
    return new AboveZero(of(schedule, precision));
  }

  private record AboveZero(NoiseSchedule schedule) implements NoiseSchedule {
    @Override
    public int steps() {
      return schedule.steps();
    }

    @Override
    public double alphaBar(int t) {
      return t == steps() - 1 ? LAST_ALPHA_BAR : schedule.alphaBar(t);
    }
  }

  /**
   * Returns the stretched schedule.
   *
   * @param schedule the schedule of at least two timesteps
   * @param precision the precision to which each operation is rounded; diffusers has {@link
   *     TableRounding#FLOAT32}
   */
  public static NoiseSchedule of(NoiseSchedule schedule, TableRounding precision) {
    int steps = schedule.steps();
    Check.that(steps >= 2, "steps", steps, "≥ 2");
    double first = precision.round(schedule.level(0).signal());
    double last = precision.round(schedule.level(steps - 1).signal());
    double scale = precision.round(first / precision.round(first - last));
    double[] betas = new double[steps];
    double previous = 1;
    for (int t = 0; t < steps; t++) {
      double shifted = precision.round(precision.round(schedule.level(t).signal()) - last);
      double signal = precision.round(shifted * scale);
      double alphaBar = precision.round(signal * signal);
      betas[t] = 1 - precision.round(alphaBar / previous);
      previous = alphaBar;
    }
    return BetaSchedule.endingInNoise(precision, betas);
  }
}
