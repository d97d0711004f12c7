package io.diffusion4j.diffusion.sampling;

import static java.lang.Math.log;

import io.diffusion4j.diffusion.schedule.ConsistencySchedule;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/**
 * The fractional timesteps of noise levels: {@link SolverLevel#at} backwards, and exactly those of
 * a {@link FlowSchedule} or a {@link ConsistencySchedule}.
 */
public final class LevelTimes {
  private final NoiseSchedule schedule;
  private final double[] logSigmas;

  /** Creates the times of a schedule. */
  public LevelTimes(NoiseSchedule schedule) {
    this.schedule = schedule;
    boolean isExact = schedule instanceof FlowSchedule || schedule instanceof ConsistencySchedule;
    logSigmas = new double[isExact ? 0 : schedule.steps()];
    for (int t = 0; t < logSigmas.length; t++) {
      logSigmas[t] = log(schedule.level(t).sigma());
    }
  }

  /**
   * Returns the time of a level; the first or the last for one outside the schedule.
   *
   * @param sigma σ of the level in the variance-exploding view; ∞ for pure noise
   */
  public double of(double sigma) {
    if (schedule instanceof FlowSchedule flow) {
      return flow.time(FlowLevel.ofExploding(sigma));
    }
    if (schedule instanceof ConsistencySchedule levels) {
      return levels.time(sigma);
    }
    if (logSigmas.length == 1 || sigma == Double.POSITIVE_INFINITY) {
      return logSigmas.length - 1;
    }
    double logSigma = log(sigma);
    int low = 0;
    while (low < logSigmas.length - 2 && logSigmas[low + 1] <= logSigma) {
      low++;
    }
    double weight = (logSigma - logSigmas[low]) / (logSigmas[low + 1] - logSigmas[low]);
    return low + Math.max(0, Math.min(1, weight));
  }
}
