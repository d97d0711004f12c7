package io.diffusion4j.diffusion.solver;

import static java.lang.Math.expm1;
import static java.lang.Math.min;

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
 * The singlestep solver DPM-Solver++ of the probability-flow ODE (Lu et al. 2022b, algorithm 1): a
 * Runge–Kutta method in x̂₀ and the half log-SNR λ, which needs no history. Order 2 is known as 2S.
 *
 * <p>A step of order k spans k levels of the grid and calls the network at each of them, so that
 * there are as many calls as levels; the inner levels take the place of the midpoint in other
 * implementations. The last call, whose step leads to the clean sample, is x̂₀ itself, and the
 * remaining levels before it form a step of a lower order.
 *
 * @param order 2 or 3
 * @param grid the levels it visits
 */
public record SinglestepDpmSolverPlusPlus(int order, Grid grid) implements Sampler {
  public SinglestepDpmSolverPlusPlus {
    Check.that(order >= 2 && order <= 3, "order", order, "2 or 3");
  }

  /** Creates the sampler on the timesteps. */
  public SinglestepDpmSolverPlusPlus(int order) {
    this(order, Grid.TIMESTEPS);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    List<SolverLevel> levels = grid.levelsToClean(schedule, timesteps);
    int last = timesteps.size() - 1;
    var plan = new SamplingPlan.Builder();
    int passed = timesteps.passed().size() % order; // levels of a step that began before these
    int start = 0;
    while (start < last) {
      int end = min(start + order - (start == 0 ? passed : 0), last);
      addStep(plan, levels.subList(start, end + 1));
      start = end;
    }
    return plan.add(levels.get(last), Update.ZERO.plusX0(1)).build();
  }

  /** Adds the calls of a step from the first of the levels to the last. */
  private static void addStep(SamplingPlan.Builder plan, List<SolverLevel> levels) {
    SolverLevel start = levels.get(0);
    plan.add(start, DpmSolverPlusPlus.first(start, levels.get(1)));
    if (levels.size() > 2) {
      // The paper's weight, as in the multistep method; on the way to a third order it is too low.
      Correction correction = levels.size() > 3 ? Correction.HEUN : Correction.MIDPOINT;
      plan.add(levels.get(1), second(start, levels.get(1), levels.get(2), correction));
    }
    if (levels.size() > 3) {
      plan.add(levels.get(2), third(start, levels.get(1), levels.get(2), levels.get(3)));
    }
  }

  /**
   * Integrates from the start, with x̂₀ linear in λ through the start and the level reached so far.
   */
  private static Update second(
      SolverLevel start, SolverLevel inner, SolverLevel end, Correction correction) {
    double h = end.lambda() - start.lambda();
    double r = (inner.lambda() - start.lambda()) / h;
    double weight = DpmSolverPlusPlus.slopeWeight(correction, end, h) / r; // of m1 − m0
    return again(1, start, end, h).plusX0(weight).plusPast(1, Quantity.X0, -weight);
  }

  /**
   * Steps from the start, with x̂₀ quadratic in λ through the start and both levels reached so far.
   */
  private static Update third(
      SolverLevel start, SolverLevel inner1, SolverLevel inner2, SolverLevel end) {
    double h = end.lambda() - start.lambda();
    double r1 = (inner1.lambda() - start.lambda()) / h;
    double r2 = (inner2.lambda() - start.lambda()) / h;
    double phi2 = expm1(-h) / h + 1;
    double phi3 = phi2 / h - 0.5;
    // α′·(φ2·D1 − φ3·D2) with a = (m1 − m0)/r1, b = (m2 − m0)/r2,
    // D1 = (r2·a − r1·b)/(r2 − r1) and D2 = 2·(b − a)/(r2 − r1)
    double a = end.signal() * (phi2 * r2 + 2 * phi3) / ((r2 - r1) * r1);
    double b = end.signal() * (-phi2 * r1 - 2 * phi3) / ((r2 - r1) * r2);
    return again(2, start, end, h)
        .plusX0(b)
        .plusPast(1, Quantity.X0, a)
        .plusPast(2, Quantity.X0, -a - b);
  }

  /** Returns the first-order step from the state of the call {@code ago} calls earlier. */
  private static Update again(int ago, SolverLevel start, SolverLevel end, double h) {
    return Update.ZERO
        .plusPast(ago, Quantity.X, end.noise() / start.noise())
        .plusPast(ago, Quantity.X0, -end.signal() * expm1(-h));
  }
}
