package io.diffusion4j.diffusion.continuous;

/**
 * The step of a {@link PredictorCorrector} from one time to the next (Y. Song et al. 2021, app.
 * E–G).
 */
enum Predictor {
  /** The method of Euler and Maruyama on the reverse SDE. */
  EULER_MARUYAMA,
  /** The reverse of the discrete step, by the formula of the reverse SDE. */
  REVERSE_DIFFUSION,
  /** The reverse of the discrete step by ancestral sampling, as in DDPM. */
  ANCESTRAL;

  /** Returns the step from time t, which is step i of n. */
  ScoreStep step(GaussianSde sde, DiscreteSteps steps, int i, int n, double t) {
    return switch (this) {
      case EULER_MARUYAMA -> DiscreteSteps.eulerMaruyama(sde, t, 1.0 / n);
      case REVERSE_DIFFUSION -> steps.reverseDiffusion(i);
      case ANCESTRAL -> steps.ancestral(i);
    };
  }
}
