package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;

/** The level that the last step of a sampler leads to. */
public enum FinalNoiseLevel {
  /** The clean sample, ᾱ = 1. */
  CLEAN,
  /** The level of timestep 0, ᾱ₀ ({@code set_alpha_to_one=False} in diffusers). */
  FIRST_TIMESTEP;

  SolverLevel level(NoiseSchedule schedule) {
    return this == CLEAN ? SolverLevel.CLEAN : new SolverLevel(0, schedule.alphaBar(0));
  }
}
