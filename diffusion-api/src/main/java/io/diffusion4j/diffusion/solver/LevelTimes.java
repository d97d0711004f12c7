package io.diffusion4j.diffusion.solver;

import static java.lang.Math.log;

import io.diffusion4j.diffusion.sampling.Level;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/** The fractional timesteps of noise levels: linear in log σ between those of a schedule. */
final class LevelTimes {
  private final double[] logSigmas;

  LevelTimes(NoiseSchedule schedule) {
    logSigmas = new double[schedule.steps()];
    for (int t = 0; t < logSigmas.length; t++) {
      logSigmas[t] = log(new Level(t, schedule.alphaBar(t)).sigma());
    }
  }

  /** The time of a level; the first or the last for one outside the schedule. */
  double of(double sigma) {
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
