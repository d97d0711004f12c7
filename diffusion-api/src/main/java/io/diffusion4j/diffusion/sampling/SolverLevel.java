package io.diffusion4j.diffusion.sampling;

import static java.lang.Math.pow;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.ConsistencySchedule;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/**
 * A noise level that a solver visits.
 *
 * @param t the network's time input, fractional between timesteps
 * @param alphaBar ᾱ, in (0, 1]
 */
public record SolverLevel(double t, double alphaBar) {
  /** The clean sample. */
  public static final SolverLevel CLEAN = new SolverLevel(NoiseSchedule.CLEAN, 1);

  public SolverLevel {
    Check.that(
        alphaBar > 0 && alphaBar <= 1,
        "alphaBar",
        alphaBar + " at t = " + t,
        "in (0, 1]; where nothing is left of the sample, σ and λ are infinite, and ddim, ddpm, lcm"
            + " and unclip do without");
  }

  /**
   * Returns the level of a time; between two timesteps log σ is linear, but for a {@link
   * ConsistencySchedule}, which defines σ there.
   *
   * @param t the time from {@link NoiseSchedule#CLEAN} to {@code steps() − 1}, and a timestep if
   *     below 0
   */
  public static SolverLevel at(NoiseSchedule schedule, double t) {
    return between(schedule, t, (low, next, w) -> pow(low, 1 - w) * pow(next, w));
  }

  /**
   * Returns the level of a time; between two timesteps σ is linear, as in diffusers' Euler and
   * Heun.
   *
   * @param t the time from 0 to {@code steps() − 1}
   */
  public static SolverLevel atLinearSigma(NoiseSchedule schedule, double t) {
    return between(schedule, t, (low, next, w) -> low + w * (next - low));
  }

  /** An interpolation of σ between two timesteps, given the weight of the second. */
  private interface Interpolation {
    double sigma(double low, double next, double weight);
  }

  private static SolverLevel between(
      NoiseSchedule schedule, double t, Interpolation interpolation) {
    int below = (int) Math.floor(t);
    SolverLevel low = new SolverLevel(below, schedule.alphaBar(below));
    if (t == below) {
      return low;
    }
    if (below >= 0 && schedule instanceof ConsistencySchedule levels) {
      double sigma = levels.sigma(t);
      return new SolverLevel(t, 1 / (1 + sigma * sigma));
    }
    double next = new SolverLevel(below + 1, schedule.alphaBar(below + 1)).sigma();
    double sigma = interpolation.sigma(low.sigma(), next, t - below);
    return new SolverLevel(t, 1 / (1 + sigma * sigma));
  }

  /** Returns √ᾱ, the share of the sample that is left. */
  public double signal() {
    return level().signal();
  }

  /** Returns √(1−ᾱ), the standard deviation of the noise. */
  public double noise() {
    return level().noise();
  }

  /** Returns half of the log signal-to-noise ratio, λ = ln √ᾱ − ln √(1−ᾱ); ∞ at the clean end. */
  public double lambda() {
    return level().lambda();
  }

  /**
   * Returns √((1−ᾱ)/ᾱ), the σ of the variance-exploding view x̃ = x₀ + σ·ε = x/√ᾱ (Karras et al.
   * 2022).
   */
  public double sigma() {
    return level().sigma();
  }

  private NoiseLevel level() {
    return new NoiseLevel(alphaBar);
  }
}
