package io.diffusion4j.diffusion.solver;

import static java.lang.Math.exp;
import static java.lang.Math.log;
import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.lang.Math.pow;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.LevelTimes;
import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * The sampler of EDM (Karras et al. 2022, algorithm 2): Heun's method in the σ of x_e = x₀ + σ·ε
 * with churn, or Euler's (diffusers' {@code EDMEulerScheduler}). Only the number of timesteps
 * counts. The ends are kept within the schedule's levels.
 *
 * <p>The noise of a step's churn is drawn at the end of the step before; that of the first is part
 * of the initial sample.
 *
 * @param sigmaMin the last level, greater than 0; 0.002 in the paper
 * @param sigmaMax the first, greater; 80 in the paper
 * @param rho ρ of equal steps in σ^(1/ρ), 7 in the paper; ∞ for equal steps in ln σ
 * @param heun whether steps have a second call, except the last
 * @param churn the added noise
 */
public record EdmSampler(double sigmaMin, double sigmaMax, double rho, boolean heun, Churn churn)
    implements Sampler {
  /**
   * The noise that is added before a step.
   *
   * @param amount S_churn, at least 0
   * @param min S_min, the lowest level with churn
   * @param max S_max, the highest
   * @param noise S_noise, the factor of its standard deviation; 1.003 in the paper
   */
  public record Churn(double amount, double min, double max, double noise) {
    /** No added noise: the ODE. */
    public static final Churn NONE = new Churn(0, 0, Double.POSITIVE_INFINITY, 1);

    public Churn {
      Check.notNegative("churn", amount);
      Check.positive("noise", noise);
    }

    /** Returns σ·(1 + γ), with γ = min(S_churn/n, √2 − 1). */
    double raised(double sigma, int n) {
      boolean inside = sigma >= min && sigma <= max;
      return inside ? sigma * (1 + Math.min(amount / n, sqrt(2) - 1)) : sigma;
    }

    /** Returns the standard deviation of the noise from one level up to another. */
    double deviation(double sigma, double raised) {
      return noise * sqrt(Math.max(0, raised * raised - sigma * sigma));
    }
  }

  public EdmSampler {
    Check.positive("sigma_min", sigmaMin);
    Check.that(sigmaMax > sigmaMin, "sigma_max", sigmaMax, "above sigma_min, %s", sigmaMin);
    Check.that(rho > 0, "rho", rho, "> 0");
  }

  /** Creates the paper's sampler without churn. */
  public EdmSampler() {
    this(0.002, 80, 7, true, Churn.NONE);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    int n = timesteps.listed();
    int first = n - timesteps.size();
    var times = new LevelTimes(schedule);
    double high = min(sigmaMax, schedule.level(schedule.steps() - 1).sigma());
    double low = min(high, max(sigmaMin, schedule.level(0).sigma()));
    double[] sigmas = new double[n + 1]; // the last is 0
    double[] raised = new double[n + 1];
    SolverLevel[] levels = new SolverLevel[n + 1]; // with their churn
    for (int i = 0; i < n; i++) {
      double ramp = n == 1 ? 0 : (double) i / (n - 1);
      sigmas[i] = i == 0 ? high : between(high, low, ramp);
      raised[i] = churn.raised(sigmas[i], n);
      levels[i] = level(times, raised[i]);
    }
    levels[n] = SolverLevel.CLEAN;
    double added = churn.deviation(sigmas[first], raised[first]);
    double start = sqrt(sigmas[first] * sigmas[first] + added * added);
    // diffusers begins with the variance of data and noise together
    double scale = heun ? start * levels[first].signal() : 1;
    var plan = new SamplingPlan.Builder().initialScale(scale);
    for (int i = first; i < n; i++) {
      SolverLevel from = levels[i];
      SolverLevel to = levels[i + 1];
      double length = sigmas[i + 1] - raised[i];
      double noise = to.signal() * churn.deviation(sigmas[i + 1], raised[i + 1]);
      if (!heun || i == n - 1) {
        plan.add(from, euler(from, to.signal(), length).plusNoise(noise));
        continue;
      }
      SolverLevel middle = level(times, sigmas[i + 1]);
      plan.add(from, euler(from, middle.signal(), length));
      double half = to.signal() * length / 2;
      Update second =
          Update.ZERO
              .plusPast(1, Quantity.X, to.signal() / from.signal())
              .plusPast(1, Quantity.EPS, half)
              .plusEps(half);
      plan.add(middle, second.plusNoise(noise));
    }
    return plan.build();
  }

  /** Computes x_e + length·ε̂ at a level with this share of the signal. */
  private static Update euler(SolverLevel from, double signal, double length) {
    return Update.ZERO.plusX(signal / from.signal()).plusEps(signal * length);
  }

  private double between(double high, double low, double ramp) {
    return rho == Double.POSITIVE_INFINITY
        ? exp(log(high) + ramp * (log(low) - log(high)))
        : pow(pow(high, 1 / rho) + ramp * (pow(low, 1 / rho) - pow(high, 1 / rho)), rho);
  }

  private static SolverLevel level(LevelTimes times, double sigma) {
    return new SolverLevel(times.of(sigma), 1 / (1 + sigma * sigma));
  }
}
