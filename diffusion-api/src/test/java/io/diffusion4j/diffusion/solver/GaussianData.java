package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.process.Parameterization;

/**
 * Independent values from N(mean, deviation²): the perfect network and the probability-flow ODE
 * have closed forms.
 */
public record GaussianData(double mean, double deviation) {
  /** E[x₀ | x_t]. */
  public double x0(double x, double alphaBar) {
    double variance = deviation * deviation;
    double signal = Math.sqrt(alphaBar);
    return mean + signal * variance / (alphaBar * variance + 1 - alphaBar) * (x - signal * mean);
  }

  /** E[ε | x_t], which does not divide by the noise. */
  public double eps(double x, double alphaBar) {
    double variance = deviation * deviation;
    double noise = Math.sqrt(1 - alphaBar);
    return noise / (alphaBar * variance + 1 - alphaBar) * (x - Math.sqrt(alphaBar) * mean);
  }

  /** The perfect network's output. */
  public Prediction predict(float[] x, double alphaBar, Parameterization parameterization) {
    float[] output = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      double x0 = x0(x[i], alphaBar);
      double eps = eps(x[i], alphaBar);
      output[i] =
          (float)
              switch (parameterization) {
                case EPS -> eps;
                case X0 -> x0;
                case V -> Math.sqrt(alphaBar) * eps - Math.sqrt(1 - alphaBar) * x0;
                case VELOCITY -> eps - x0;
              };
    }
    return Prediction.of(output);
  }

  /** The solution of the probability-flow ODE from x at one level to another. */
  public double flow(double x, double alphaBar, double alphaBarTo) {
    double variance = deviation * deviation;
    return Math.sqrt(alphaBarTo) * mean
        + (x - Math.sqrt(alphaBar) * mean)
            * Math.sqrt(
                (alphaBarTo * variance + 1 - alphaBarTo) / (alphaBar * variance + 1 - alphaBar));
  }

  /** The mean of the reverse SDE's solutions that start at x, for data of mean 0. */
  double reverseMean(double x, double alphaBar, double alphaBarTo) {
    double more = deviation * deviation - 1;
    return x * Math.sqrt(alphaBarTo / alphaBar) * (1 / alphaBarTo + more) / (1 / alphaBar + more);
  }
}
