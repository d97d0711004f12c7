package io.diffusion4j.diffusion.continuous;

/** A stochastic differential equation dx = f(x, t) dt + g(t) dw (Y. Song et al. 2021, eq. 5). */
public interface Sde {
  /**
   * f(x, t).
   *
   * @param x the sample; not modified
   * @return a new array of its length
   */
  double[] drift(double[] x, double t);

  /** Computes g(t), at least 0; 0 everywhere is an ordinary differential equation. */
  double diffusion(double t);
}
