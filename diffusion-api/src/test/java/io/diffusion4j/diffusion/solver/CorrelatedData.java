package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.denoiser.Prediction;

/**
 * Pairs of values from a normal distribution with rotated axes, along each of which they are {@link
 * GaussianData}. A row holds many pairs, one after the other.
 *
 * @param angle of the axes
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

  /** The perfect network's output, as v. */
  Prediction predict(float[] x, double alphaBar) {
    // Along an axis v is linear in x, and it stays linear after the rotation and back.
    double uAtZero = v(first, 0, alphaBar);
    double wAtZero = v(second, 0, alphaBar);
    double uSlope = v(first, 1, alphaBar) - uAtZero;
    double wSlope = v(second, 1, alphaBar) - wAtZero;
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    float[] output = new float[x.length];
    for (int k = 0; k < x.length; k += 2) {
      double u = uAtZero + uSlope * (cos * x[k] + sin * x[k + 1]);
      double w = wAtZero + wSlope * (cos * x[k + 1] - sin * x[k]);
      output[k] = (float) (cos * u - sin * w);
      output[k + 1] = (float) (sin * u + cos * w);
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
}
