package io.diffusion4j.diffusion.process;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import java.util.Objects;

/**
 * The forward process of a schedule, which turns a sample into noise step by step, and its
 * posteriors (Ho et al. 2020, §2). Each distribution is a Gaussian whose coefficients depend on the
 * timestep only.
 *
 * @param schedule the noise of each step
 */
public record ForwardProcess(NoiseSchedule schedule) {
  /**
   * Returns the single step q(x_t | x_{t−1}) = N(√(1−β_t)·x_{t−1}, β_t·I) (eq. 2).
   *
   * @param t the time from 0; x_{−1} is the clean sample
   */
  public Transition step(int t) {
    return Transition.preservingVariance(1 - schedule.beta(t));
  }

  /**
   * Returns the marginal q(x_t | x_0) = N(√ᾱ_t·x_0, (1−ᾱ_t)·I) (eq. 4).
   *
   * @param t the time from {@link NoiseSchedule#CLEAN}
   */
  public Transition marginal(int t) {
    return Transition.preservingVariance(schedule.alphaBar(t));
  }

  /**
   * Returns many steps at once, q(x_t | x_s) = N(√(ᾱ_t/ᾱ_s)·x_s, (1 − ᾱ_t/ᾱ_s)·I).
   *
   * @param s the time from {@link NoiseSchedule#CLEAN} to t
   * @param t the noisier timestep
   */
  public Transition between(int s, int t) {
    Check.that(s <= t, "s", s, "≤ t, which is %s", t);
    return Transition.preservingVariance(s == t ? 1 : schedule.alphaBar(t) / schedule.alphaBar(s));
  }

  /**
   * Returns the posterior q(x_{t−1} | x_t, x_0) (eq. 6–7), with β_t from the schedule's own table.
   *
   * @param t the time from 0, where there is nothing left to chance
   */
  public Posterior posterior(int t) {
    double beta = schedule.beta(t);
    return Posterior.of(schedule.alphaBar(t), schedule.alphaBar(t - 1), 1 - beta, beta);
  }

  /**
   * Returns the posterior q(x_s | x_t, x_0) over several steps.
   *
   * @param t the noisier timestep
   * @param s the time from {@link NoiseSchedule#CLEAN} to t − 1
   */
  public Posterior posterior(int t, int s) {
    return Posterior.of(schedule.alphaBar(t), schedule.alphaBar(s));
  }

  /**
   * Computes ln β̃_t, the log-variance of {@link #posterior(int)}, clipped: β̃_0 is 0, and β̃_1
   * stands in for it (Nichol &amp; Dhariwal 2021, code).
   *
   * @param t the time from 0, of a schedule with at least two timesteps
   */
  public double clippedPosteriorLogVariance(int t) {
    Objects.checkIndex(t, schedule.steps());
    Check.that(schedule.steps() >= 2, "steps", schedule.steps(), "≥ 2 for a clipped log-variance");
    return posterior(Math.max(t, 1)).logVariance();
  }

  /** Returns the noise level of x_t: its signal-to-noise ratio and equivalent quantities. */
  public NoiseLevel level(int t) {
    return schedule.level(t);
  }
}
