package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.List;

/**
 * Heun's method for dx̃/dσ = ε̂ in the variance-exploding view x̃ = x/√ᾱ (Karras et al. 2022,
 * algorithm 1): Euler to the next level, then again from the start with the mean of both slopes.
 * There are two network calls for each interval, and one for the last, an Euler step.
 *
 * @param grid the levels it visits
 */
public record HeunSampler(Grid grid) implements Sampler {
  /** Creates the sampler on the {@linkplain Grid#TIMES unrounded times}, as in diffusers. */
  public HeunSampler() {
    this(Grid.TIMES);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    List<SolverLevel> levels = grid.levelsToClean(schedule, timesteps);
    int n = timesteps.size();
    var plan = new SamplingPlan.Builder().initialScale(Grid.initialScale(schedule, timesteps));
    for (int i = 0; i < n; i++) {
      SolverLevel from = levels.get(i);
      SolverLevel to = levels.get(i + 1);
      plan.add(from, EulerSampler.step(from, to));
      if (i < n - 1) {
        double half = to.signal() * (to.sigma() - from.sigma()) / 2;
        plan.add(
            to,
            Update.ZERO
                .plusPast(1, Quantity.X, to.signal() / from.signal())
                .plusPast(1, Quantity.EPS, half)
                .plusEps(half));
      }
    }
    return plan.build();
  }
}
