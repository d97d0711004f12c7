package io.diffusion4j.diffusion.schedule;

import static java.lang.Math.log;
import static java.lang.Math.pow;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Objects;

/**
 * The noise levels of consistency models (Y. Song et al. 2023, §3 after Karras et al. 2022, eq. 5):
 * σ_t = (σ_min^{1/ρ} + t/(T−1)·(σ_max^{1/ρ} − σ_min^{1/ρ}))^ρ, with ᾱ = 1/(1+σ²).
 *
 * @param steps T, at least 2
 * @param sigmaMin σ of timestep 0, above 0
 * @param sigmaMax σ of timestep T − 1, above {@code sigmaMin}
 * @param rho ρ, above 0
 * @param sigmaData σ_d, the deviation of the data, above 0
 */
public record ConsistencySchedule(
    int steps, double sigmaMin, double sigmaMax, double rho, double sigmaData)
    implements NoiseSchedule {
  /** The factor of ln σ in the network's time input. */
  private static final double TIME = 250;

  public ConsistencySchedule {
    Check.that(steps >= 2, "num_train_timesteps", steps, "≥ 2");
    Check.positive("sigma_min", sigmaMin);
    Check.that(
        sigmaMax > sigmaMin && sigmaMax < Double.POSITIVE_INFINITY,
        "sigma_max",
        sigmaMax,
        "above sigma_min, %s",
        sigmaMin);
    Check.positive("rho", rho);
    Check.positive("sigma_data", sigmaData);
  }

  /** Creates the published schedule: 40 levels from 0.002 to 80. */
  public static ConsistencySchedule published() {
    return new ConsistencySchedule(40, 0.002, 80, 7, 0.5);
  }

  /**
   * Returns σ = √((1−ᾱ)/ᾱ) of a time.
   *
   * @param t from 0 to T − 1, also between timesteps
   */
  public double sigma(double t) {
    Check.that(t >= 0 && t <= steps - 1, "t", t, "in [0, %s]", steps - 1);
    double low = pow(sigmaMin, 1 / rho);
    return pow(low + t / (steps - 1.0) * (pow(sigmaMax, 1 / rho) - low), rho);
  }

  /**
   * Returns the time of a level, {@link #sigma} backwards; the first or the last for one outside
   * the schedule.
   */
  public double time(double sigma) {
    double low = pow(sigmaMin, 1 / rho);
    double share = (pow(sigma, 1 / rho) - low) / (pow(sigmaMax, 1 / rho) - low);
    return (steps - 1) * Math.max(0, Math.min(1, share));
  }

  /** Returns 250·ln σ. */
  @Override
  public double networkTime(double t) {
    return TIME * log(sigma(t));
  }

  /** Returns √((1+σ²)/(σ²+σ_d²)), which leads from x to the input of variance 1. */
  @Override
  public double inputScale(double t) {
    double square = sigma(t) * sigma(t);
    return sqrt((1 + square) / (square + sigmaData * sigmaData));
  }

  @Override
  public double alphaBar(int t) {
    if (t == CLEAN) {
      return 1;
    }
    double sigma = sigma(Objects.checkIndex(t, steps));
    return 1 / (1 + sigma * sigma);
  }

  /**
   * Returns the timesteps of n steps: T − 1 − k·⌊T/n⌋, so the last jump is longer if n does not
   * divide T (diffusers' {@code CMStochasticIterativeScheduler}).
   */
  public static TimestepSpacing spacing() {
    return (trainSteps, n) -> {
      Check.between("steps", n, 1, trainSteps);
      int[] timesteps = new int[n];
      for (int k = 0; k < n; k++) {
        timesteps[k] = trainSteps - 1 - k * (trainSteps / n);
      }
      return Timesteps.of(timesteps);
    };
  }
}
