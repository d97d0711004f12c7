package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/** The steps of DDPM's forward process. */
record VpSteps(NoiseSchedule schedule) implements DiscreteSteps {
  @Override
  public double alpha(int i) {
    return 1 - schedule.beta(i);
  }

  @Override
  public ScoreStep reverseDiffusion(int i) {
    return ScoreStep.reverseDiffusion(alpha(i));
  }

  /**
   * Returns DDPM's step with its larger variance (Ho et al. 2020, algorithm 2, written with the
   * score).
   */
  @Override
  public ScoreStep ancestral(int i) {
    double alpha = alpha(i);
    return new ScoreStep(1 / sqrt(alpha), (1 - alpha) / sqrt(alpha), sqrt(1 - alpha));
  }
}
