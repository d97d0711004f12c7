package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.log;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/**
 * Between two neighbouring timesteps of a schedule β(t) is constant, so that ln ᾱ falls linearly
 * and equals the schedule's at each timestep.
 */
record ScheduleSde(NoiseSchedule schedule) implements VpSde {
  ScheduleSde {
    double last = schedule.alphaBar(schedule.steps() - 1);
    Check.that(last > 0, "alphaBar", last + " at the last timestep", "> 0, or β(t) has no bounds");
  }

  @Override
  public double beta(double t) {
    int step = step(t);
    return schedule.steps() * (logAlphaBar(step - 1) - logAlphaBar(step));
  }

  @Override
  public double betaIntegral(double t) {
    int step = step(t);
    double within = t * schedule.steps() - step;
    return -(1 - within) * logAlphaBar(step - 1) - within * logAlphaBar(step);
  }

  private double logAlphaBar(int t) {
    return log(schedule.alphaBar(t));
  }

  /**
   * Returns the timestep whose interval (t/T, (t+1)/T] contains this time; the first interval also
   * contains 0.
   */
  private int step(double t) {
    Check.share("t", t);
    return Math.max(0, (int) Math.ceil(t * schedule.steps()) - 1);
  }
}
