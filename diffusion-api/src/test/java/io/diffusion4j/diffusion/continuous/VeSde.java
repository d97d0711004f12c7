package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.log;
import static java.lang.Math.pow;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The variance-exploding SDE dx = √(d[σ²(t)]/dt) dw with σ(t) = first·(last/first)ᵗ (Y. Song et al.
 * 2021, eq. 30): noise is added and nothing fades, as in score matching with Langevin dynamics.
 *
 * @param first σ(0), greater than 0
 * @param last σ(1), greater than {@code first}
 */
record VeSde(double first, double last) implements GaussianSde {
  public VeSde {
    Check.positive("first", first);
    Check.that(last > first && last < Double.POSITIVE_INFINITY, "last", last, "> %s", first);
  }

  @Override
  public double rate(double t) {
    return 0;
  }

  @Override
  public double signal(double t) {
    return 1;
  }

  @Override
  public double deviation(double t) {
    return first * pow(last / first, t);
  }

  @Override
  public double diffusion(double t) {
    return deviation(t) * sqrt(2 * log(last / first));
  }

  /**
   * Returns steps with σ in n equal ratios from {@code first} to {@code last}; below step 0 it is
   * 0.
   */
  DiscreteSteps discrete(int n) {
    Check.that(n >= 2, "steps", n, "≥ 2");
    return new Steps(this, n);
  }

  private record Steps(VeSde sde, int n) implements DiscreteSteps {
    /** Returns the variance of the noise after step i; 0 before the first. */
    private double variance(int i) {
      double sigma = i < 0 ? 0 : sde.deviation((double) i / (n - 1));
      return sigma * sigma;
    }

    @Override
    public ScoreStep reverseDiffusion(int i) {
      double added = variance(i) - variance(i - 1);
      return new ScoreStep(1, added, sqrt(added));
    }

    @Override
    public ScoreStep ancestral(int i) {
      double added = variance(i) - variance(i - 1);
      return new ScoreStep(1, added, sqrt(variance(i - 1) * added / variance(i)));
    }

    @Override
    public double alpha(int i) {
      return 1;
    }
  }
}
