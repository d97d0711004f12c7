package io.diffusion4j.diffusion.schedule;

import java.util.Objects;
import java.util.function.DoubleUnaryOperator;

/**
 * The forward process q(x_t | x_0) = N(√ᾱ_t·x_0, (1−ᾱ_t)·I) (Ho et al. 2020, eq. 4) given by its
 * table of ᾱ.
 */
public interface NoiseSchedule {
  /** The timestep of the clean sample, where ᾱ = 1. */
  int CLEAN = -1;

  /**
   * Returns the schedule of a formula.
   *
   * @param steps T
   * @param alphaBar ᾱ at a share of the process: 1 at 0, the clean sample, and falling to that of
   *     the last timestep at 1
   * @throws IllegalArgumentException naming the first timestep at which it is none ({@link
   *     ScheduleCheck#valid})
   */
  static NoiseSchedule of(int steps, DoubleUnaryOperator alphaBar) {
    return new FormulaSchedule(steps, alphaBar);
  }

  /** Returns T, the number of training timesteps; t runs from 0 to T − 1. */
  int steps();

  /**
   * Computes ᾱ_t, strictly decreasing in t, in (0, 1]; 0 at most at the last timestep, for a
   * schedule with zero terminal signal-to-noise ratio.
   *
   * @param t the time from {@link #CLEAN} to {@code steps() − 1}
   * @throws IndexOutOfBoundsException if t is outside
   */
  double alphaBar(int t);

  /**
   * Computes β_t = 1 − ᾱ_t/ᾱ_{t−1}, the variance added between t − 1 and t.
   *
   * @param t the time from 0 to {@code steps() − 1}
   * @throws IndexOutOfBoundsException if t is outside
   */
  default double beta(int t) {
    Objects.checkIndex(t, steps());
    return 1 - alphaBar(t) / alphaBar(t - 1);
  }

  /**
   * Returns the time input of a network that was trained on this schedule: t, unless the process
   * has another clock.
   *
   * @param t the time, fractional between timesteps
   */
  default double networkTime(double t) {
    return t;
  }

  /**
   * Returns the factor from x_t = √ᾱ·x₀ + √(1−ᾱ)·ε to the sample that such a network gets: 1,
   * unless the process has other coordinates.
   *
   * @param t the time, fractional between timesteps
   */
  default double inputScale(double t) {
    return 1;
  }

  /**
   * Returns the noise level of x_t.
   *
   * @param t the time from {@link #CLEAN} to {@code steps() − 1}
   * @throws IndexOutOfBoundsException if t is outside
   */
  default NoiseLevel level(int t) {
    return new NoiseLevel(alphaBar(t));
  }
}
