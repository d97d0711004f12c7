package io.diffusion4j.diffusion.continuous;

/** How a {@link PredictorCorrector} goes from one time to the next (Song et al. 2021, app. E–G). */
public enum Predictor {
  /** The method of Euler and Maruyama on the reverse SDE. */
  EULER_MARUYAMA,
  /** The step of the discrete process, taken back as the reverse SDE is. */
  REVERSE_DIFFUSION,
  /** The step of the discrete process, taken back as DDPM and its kin do. */
  ANCESTRAL;

  /** The step from time t, which is that of step i of n. */
  ReverseStep step(GaussianSde sde, DiscreteSteps steps, int i, int n, double t) {
    return switch (this) {
      case EULER_MARUYAMA -> sde.eulerMaruyama(t, 1.0 / n);
      case REVERSE_DIFFUSION -> steps.reverseDiffusion(i);
      case ANCESTRAL -> steps.ancestral(i);
    };
  }
}
