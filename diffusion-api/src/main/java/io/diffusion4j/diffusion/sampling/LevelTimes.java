package io.diffusion4j.diffusion.sampling;

import static java.lang.Math.log;

import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/** The fractional timesteps of noise levels: {@link SolverLevel#at} backwards. */
public final class LevelTimes {
  private final double[] logSigmas;

  /** Creates the times of a schedule whose last ᾱ is above 0. */
  public LevelTimes(NoiseSchedule schedule) {
    logSigmas = new double[schedule.steps()];
    for (int t = 0; t < logSigmas.length; t++) {
      logSigmas[t] = log(new SolverLevel(t, schedule.alphaBar(t)).sigma());
    }
  }

  /**
   * Returns the time of a level; the first or the last for one outside the schedule.
   *
   * @param sigma σ of the level
   */
  public double of(double sigma) {
    if (logSigmas.length == 1) {
      return 0;
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
