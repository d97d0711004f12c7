package io.diffusion4j.diffusion.solver;

import static java.lang.Math.exp;
import static java.lang.Math.expm1;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DpmSolverPlusPlus.Correction;
import java.util.List;

/**
 * DPM-Solver++ of the reverse SDE, which adds fresh noise at each step (Lu et al. 2022b, §5). The
 * step to the clean sample is x̂₀ itself.
 *
 * @param order 1 or 2; 1 is DDIM with η = 1
 * @param correction how the second-order term is weighted
 * @param grid the levels it visits
 */
public record SdeDpmSolverPlusPlus(int order, Correction correction, Grid grid) implements Sampler {
  public SdeDpmSolverPlusPlus {
    Check.that(order >= 1 && order <= 2, "order", order, "1 or 2");
  }

  /** Creates the sampler on the timesteps, with the paper's correction. */
  public SdeDpmSolverPlusPlus(int order) {
    this(order, Correction.MIDPOINT, Grid.TIMESTEPS);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    List<SolverLevel> levels = grid.levelsToClean(schedule, timesteps);
    int n = timesteps.size();
    var plan = new SamplingPlan.Builder();
    for (int i = 0; i < n; i++) {
      SolverLevel from = levels.get(i);
      SolverLevel to = levels.get(i + 1);
      double h = to.lambda() - from.lambda();
      double gain = -expm1(-2 * h); // 1 − e^(−2h)
      Update update =
          Update.ZERO
              .plusX(to.noise() / from.noise() * exp(-h))
              .plusX0(to.signal() * gain)
              .plusNoise(to.noise() * sqrt(gain));
      if (order == 2 && i > 0 && i < n - 1) {
        double r = (from.lambda() - levels.get(i - 1).lambda()) / h;
        double weight =
            to.signal() * (correction == Correction.MIDPOINT ? 0.5 * gain : 1 - gain / (2 * h));
        update = update.plusX0(weight / r).plusPast(1, Quantity.X0, -weight / r);
      }
      plan.add(from, update);
    }
    return plan.build();
  }
}
