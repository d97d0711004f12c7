package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.Prediction;

/**
 * Pairs of values from a normal distribution whose axes are turned: what {@link GaussianData} has
 * along each axis, the pairs have in the plane. A row holds many pairs, one after the other.
 *
 * @param angle by which the axes are turned
 */
record CorrelatedData(GaussianData first, GaussianData second, double angle) {
  double mean(int i) {
    return turn(i, first.mean(), second.mean());
  }

  /** Cov = R·diag(σ₁², σ₂²)·Rᵀ. */
  double covariance(int i, int j) {
    double a = first.deviation() * first.deviation();
    double b = second.deviation() * second.deviation();
    return turn(i, 1, 0) * a * turn(j, 1, 0) + turn(i, 0, 1) * b * turn(j, 0, 1);
  }

  /** The perfect network's answer, as v. */
  Prediction predict(float[] x, double alphaBar) {
    float[] output = new float[x.length];
    for (int k = 0; k < x.length; k += 2) {
      double u = v(first, turnBack(0, x[k], x[k + 1]), alphaBar);
      double v = v(second, turnBack(1, x[k], x[k + 1]), alphaBar);
      output[k] = (float) turn(0, u, v);
      output[k + 1] = (float) turn(1, u, v);
    }
    return Prediction.of(output);
  }

  private static double v(GaussianData axis, double x, double alphaBar) {
    return Math.sqrt(alphaBar) * axis.eps(x, alphaBar)
        - Math.sqrt(1 - alphaBar) * axis.x0(x, alphaBar);
  }

  private double turn(int i, double u, double v) {
    return i == 0
        ? Math.cos(angle) * u - Math.sin(angle) * v
        : Math.sin(angle) * u + Math.cos(angle) * v;
  }

  private double turnBack(int i, double a, double b) {
    return i == 0
        ? Math.cos(angle) * a + Math.sin(angle) * b
        : -Math.sin(angle) * a + Math.cos(angle) * b;
  }
}
