package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.process.Posterior;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseLevel;

final class PosteriorMean {
  private static final LinearSchedule SCHEDULE = new LinearSchedule(1000);

  /** The mean of q(x_{t−1} | x_t, x_0), from x_0 (Ho et al. 2020, eq. 7). */
  static double fromX0(int t, double x0, double xt) {
    Posterior posterior = new ForwardProcess(SCHEDULE).posterior(t);
    return posterior.mean(x0, xt);
  }

  /** The same from the noise (eq. 10), which a network predicts. */
  static double fromEps(int t, double eps, double xt) {
    NoiseLevel level = SCHEDULE.level(t);
    double beta = SCHEDULE.beta(t);
    return (xt - beta / level.noise() * eps) / Math.sqrt(1 - beta);
  }
}
// end snippet
