package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/** The steps of DDPM's forward process. */
record VpSteps(NoiseSchedule schedule) implements DiscreteSteps {
  @Override
  public double alpha(int i) {
    return 1 - schedule.beta(i);
  }

  @Override
  public ReverseStep reverseDiffusion(int i) {
    return ReverseStep.reverseDiffusion(alpha(i));
  }

  @Override
  public ReverseStep ancestral(int i) {
    return ReverseStep.ancestral(alpha(i));
  }
}
