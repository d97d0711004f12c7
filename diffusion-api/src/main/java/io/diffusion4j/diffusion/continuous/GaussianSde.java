package io.diffusion4j.diffusion.continuous;

import java.util.Arrays;

/**
 * An SDE dx = rate(t)·x dt + g(t) dw for t in [0, 1], which turns a sample x₀ into the Gaussian x_t
 * = signal(t)·x₀ + deviation(t)·ε (Y. Song et al. 2021, §3.4 and app. B).
 */
public interface GaussianSde extends Sde {
  /** Returns the factor of x in the drift. */
  double rate(double t);

  /** Returns the factor of x₀ in x_t. */
  double signal(double t);

  /** Returns the standard deviation of the noise in x_t. */
  double deviation(double t);

  @Override
  default double[] drift(double[] x, double t) {
    double rate = rate(t);
    return Arrays.stream(x).map(value -> rate * value).toArray();
  }
}
