package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.exp;
import static java.lang.Math.expm1;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Transition;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/**
 * The variance-preserving SDE dx = −½β(t)·x dt + √β(t) dw for t in [0, 1] (Y. Song et al. 2021, eq.
 * 11): the limit of DDPM's forward process for many small steps. It is an Ornstein–Uhlenbeck
 * process whose clock runs at the speed β(t), so its steps of any length are Gaussian in closed
 * form.
 */
public interface VpSde extends GaussianSde {
  /** β(t), greater than 0. */
  double beta(double t);

  /** Computes ∫₀ᵗ β(s) ds, which is −ln ᾱ(t). */
  double betaIntegral(double t);

  /** Returns the limit of a schedule: it has the schedule's ᾱ_t at time (t+1)/T. */
  static VpSde limitOf(NoiseSchedule schedule) {
    return new ScheduleSde(schedule);
  }

  @Override
  default double rate(double t) {
    return -0.5 * beta(t);
  }

  @Override
  default double diffusion(double t) {
    return sqrt(beta(t));
  }

  @Override
  default double signal(double t) {
    return level(t).signal();
  }

  @Override
  default double deviation(double t) {
    return sqrt(-expm1(-betaIntegral(t)));
  }

  /** Returns the noise level at a time: ᾱ(t) = exp(−∫₀ᵗ β). */
  default NoiseLevel level(double t) {
    return new NoiseLevel(exp(-betaIntegral(t)));
  }

  /**
   * Returns the step q(x_t | x_s) (Y. Song et al. 2021, app. B).
   *
   * @param s the earlier time
   * @param t the later time
   */
  default Transition between(double s, double t) {
    double elapsed = betaIntegral(t) - betaIntegral(s);
    Check.that(elapsed >= 0, "s", s, "≤ t, which is %s", t);
    return new Transition(exp(-0.5 * elapsed), -expm1(-elapsed));
  }

  /**
   * Returns the schedule of this SDE's noise levels at 1/T, 2/T, …, 1, for the samplers.
   *
   * @param steps T, at least 1
   */
  default NoiseSchedule schedule(int steps) {
    return new SampledSchedule(this, steps);
  }
}
