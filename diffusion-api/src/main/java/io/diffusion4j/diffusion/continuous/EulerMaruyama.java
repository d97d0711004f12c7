package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.abs;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.noise.NoiseSource;

/**
 * The method of Euler and Maruyama: x ← x + f(x, t)·Δt + g(t)·√|Δt|·z in equal steps (Y. Song et
 * al. 2021, app. E), up or down in time. Without noise, the method is Euler's. Its mean error is of
 * first order in Δt.
 *
 * @param steps how many steps, at least 1
 */
public record EulerMaruyama(int steps) {
  /** The stages of the noise, so that both directions draw different noise. */
  private static final String UP = "sde-up";

  private static final String DOWN = "sde-down";

  public EulerMaruyama {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
  }

  /**
   * Integrates an equation. The noise is addressed by the direction and the step, so two
   * integrations one after the other need different sources, such as two {@linkplain
   * NoiseSource#candidate candidates}.
   *
   * @param sde the equation
   * @param x where it starts; not modified
   * @param from the time there
   * @param until the time it ends, earlier or later
   * @param noise the randomness; not called for an equation without noise
   * @return where it ends, a new array
   */
  public double[] follow(Sde sde, double[] x, double from, double until, NoiseSource noise) {
    double step = (until - from) / steps;
    double[] at = x.clone();
    for (int k = 0; k < steps; k++) {
      double t = from + k * step;
      double[] drift = sde.drift(at, t);
      for (int i = 0; i < at.length; i++) {
        at[i] += drift[i] * step;
      }
      double deviation = sde.diffusion(t) * sqrt(abs(step));
      if (deviation > 0) {
        float[] z = noise.gaussian(step > 0 ? UP : DOWN, k, at.length);
        for (int i = 0; i < at.length; i++) {
          at[i] += deviation * z[i];
        }
      }
    }
    return at;
  }
}
