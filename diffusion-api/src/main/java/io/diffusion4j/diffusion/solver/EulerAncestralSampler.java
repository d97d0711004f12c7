package io.diffusion4j.diffusion.solver;

import static java.lang.Math.min;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.List;

/**
 * Euler's method to a level below the next one, and noise up to the next one ({@code
 * sample_euler_ancestral} of k-diffusion). The step to the clean sample is deterministic.
 *
 * @param grid the levels it visits
 */
public record EulerAncestralSampler(Grid grid) implements Sampler {
  /** Creates the sampler on the {@linkplain Grid#TIMES unrounded times}, as in diffusers. */
  public EulerAncestralSampler() {
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
      double sigma = from.sigma();
      double next = to.sigma();
      double up = min(next, next * sqrt(1 - next * next / (sigma * sigma)));
      double down = sqrt(next * next - up * up);
      Update update =
          Update.ZERO
              .plusX(to.signal() / from.signal())
              .plusEps(to.signal() * (down - sigma))
              .plusNoise(to.signal() * up);
      plan.add(from, update);
    }
    return plan.build();
  }
}
