package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.exp;
import static java.lang.Math.expm1;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The sub-VP SDE (Y. Song et al. 2021, eq. 29): the drift of a variance-preserving SDE with less
 * noise, g² = β(t)·(1 − ᾱ(t)²), so that x_t deviates by 1 − ᾱ(t) in place of its square root.
 *
 * @param vp the variance-preserving SDE
 */
record SubVpSde(VpSde vp) implements GaussianSde {
  @Override
  public double rate(double t) {
    return vp.rate(t);
  }

  @Override
  public double signal(double t) {
    return vp.signal(t);
  }

  @Override
  public double deviation(double t) {
    return -expm1(-vp.betaIntegral(t));
  }

  @Override
  public double diffusion(double t) {
    return sqrt(vp.beta(t) * (1 - exp(-2 * vp.betaIntegral(t))));
  }

  /**
   * Returns steps of equal length; there is no published table, so only reverse diffusion, which is
   * Euler and Maruyama's here, is defined.
   */
  DiscreteSteps discrete(int n) {
    Check.that(n >= 1, "steps", n, "≥ 1");
    return new Steps(this, n);
  }

  private record Steps(SubVpSde sde, int n) implements DiscreteSteps {
    @Override
    public ScoreStep reverseDiffusion(int i) {
      return DiscreteSteps.eulerMaruyama(sde, (i + 1.0) / n, 1.0 / n);
    }

    @Override
    public ScoreStep ancestral(int i) {
      throw refused("predictor", "ancestral");
    }

    @Override
    public double alpha(int i) {
      throw refused("corrector", "langevin");
    }

    private static IllegalArgumentException refused(String what, String name) {
      return new IllegalArgumentException(
          Check.message(what, name + " of the sub-VP SDE", "none: it has no discrete steps"));
    }
  }
}
