package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.TableRounding;

/**
 * The steps of a discrete process, from 0 at the data to n − 1 at the noise, and the reverse of
 * each.
 */
interface DiscreteSteps {
  /** Returns the published discrete process of n steps, whose limit is this SDE. */
  static DiscreteSteps of(GaussianSde sde, int n) {
    if (sde instanceof VeSde exploding) {
      return exploding.discrete(n);
    }
    if (sde instanceof SubVpSde below) {
      return below.discrete(n);
    }
    // DDPM's discrete process: β_i in equal steps from first/n to last/n
    var linear = (LinearVpSde) sde;
    return new VpSteps(
        new LinearSchedule(n, linear.first() / n, linear.last() / n, TableRounding.FLOAT64));
  }

  /**
   * Returns a step back of Euler and Maruyama.
   *
   * @param t the time it starts from
   * @param length how far back it goes, greater than 0
   */
  static ScoreStep eulerMaruyama(GaussianSde sde, double t, double length) {
    double g = sde.diffusion(t);
    return ScoreStep.eulerMaruyama(-sde.rate(t) * length, g * g * length);
  }

  /** Returns the reverse of step i by reverse diffusion (Y. Song et al. 2021, app. E). */
  ScoreStep reverseDiffusion(int i);

  /**
   * Returns the reverse of step i by ancestral sampling (Y. Song et al. 2021, app. F).
   *
   * @throws IllegalArgumentException if this process has none
   */
  ScoreStep ancestral(int i);

  /**
   * Computes α_i, by which published Langevin correctors multiply their step sizes; 1 for a process
   * whose signal does not fade.
   *
   * @throws IllegalArgumentException if this process has none
   */
  double alpha(int i);
}
