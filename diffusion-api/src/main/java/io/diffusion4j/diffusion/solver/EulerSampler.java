package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.List;

/**
 * Euler's method for dx̃/dσ = ε̂ in the variance-exploding view x̃ = x/√ᾱ (Karras et al. 2022,
 * algorithm 2 without churn). On the same levels, the sampler equals DDIM.
 *
 * @param grid the levels it visits
 */
public record EulerSampler(Grid grid) implements Sampler {
  /** Creates the sampler on the {@linkplain Grid#TIMES unrounded times}, as in diffusers. */
  public EulerSampler() {
    this(Grid.TIMES);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    List<SolverLevel> levels = grid.levelsToClean(schedule, timesteps);
    int n = timesteps.size();
    var plan = new SamplingPlan.Builder().initialScale(Grid.initialScale(schedule, timesteps));
    for (int i = 0; i < n; i++) {
      plan.add(levels.get(i), step(levels.get(i), levels.get(i + 1)));
    }
    return plan.build();
  }

  /** Computes x̃′ = x̃ + (σ′ − σ)·ε̂, with x = √ᾱ·x̃. */
  static Update step(SolverLevel from, SolverLevel to) {
    return Update.ZERO
        .plusX(to.signal() / from.signal())
        .plusEps(to.signal() * (to.sigma() - from.sigma()));
  }
}
