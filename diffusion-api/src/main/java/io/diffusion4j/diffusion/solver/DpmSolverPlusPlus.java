package io.diffusion4j.diffusion.solver;

import static java.lang.Math.expm1;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.List;

/**
 * The multistep solver DPM-Solver++ of the probability-flow ODE, in terms of x̂₀ and the half
 * log-SNR λ (Lu et al. 2022b, §4 and algorithm 2). Order 2 is the well-known 2M.
 *
 * <p>The first steps have the order that their history allows. The step to the clean sample, where
 * λ is infinite, is x̂₀ itself. With fewer than 15 steps the step before it has order 2 at most,
 * which is more stable.
 *
 * @param order 1 (which is DDIM), 2 or 3
 * @param correction how the terms beyond the first are weighted
 * @param grid the levels it visits
 */
public record DpmSolverPlusPlus(int order, Correction correction, Grid grid) implements Sampler {
  /** With fewer steps in the whole list than this, the end is solved with a lower order. */
  private static final int FEW_STEPS = 15;

  /** The weight of the terms beyond the first; all are of second order at least. */
  public enum Correction {
    /** −½·α′·(e^(−h) − 1), the paper's. In order 3, this form equals {@link #HEUN}. */
    MIDPOINT,
    /** α′·((e^(−h) − 1)/h + 1), as in the exponential integrator. */
    HEUN,
    /**
     * This form equals {@link #HEUN}, and in order 3 it has the whole second derivative of x̂₀. The
     * authors' code and diffusers use half of it, and so converge with order 2 only, although with
     * a small error.
     */
    TAYLOR
  }

  public DpmSolverPlusPlus {
    Check.that(order >= 1 && order <= 3, "order", order, "1, 2 or 3");
  }

  /** Creates the sampler on the timesteps, with the paper's correction. */
  public DpmSolverPlusPlus(int order) {
    this(order, Correction.MIDPOINT, Grid.TIMESTEPS);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    List<SolverLevel> levels = grid.levelsToClean(schedule, timesteps);
    int n = timesteps.size();
    var plan = new SamplingPlan.Builder();
    for (int i = 0; i < n; i++) {
      plan.add(levels.get(i), update(levels, i, order(i, timesteps)));
    }
    return plan.build();
  }

  /** Returns the order of step i. */
  private int order(int i, Timesteps timesteps) {
    int after = timesteps.size() - 1 - i;
    if (after == 0) {
      return 1;
    }
    int allowed = after == 1 && timesteps.listed() < FEW_STEPS ? Math.min(order, 2) : order;
    return Math.min(allowed, i + 1);
  }

  /** Returns the step of first order, DDIM's (eq. 9). */
  static Update first(SolverLevel from, SolverLevel to) {
    return Update.ZERO
        .plusX(to.noise() / from.noise())
        .plusX0(-to.signal() * expm1(from.lambda() - to.lambda()));
  }

  /** Returns the weight of D1, the slope of x̂₀ in λ times h, in a step of second order. */
  static double slopeWeight(Correction correction, SolverLevel to, double h) {
    double phi = expm1(-h);
    return to.signal() * (correction == Correction.MIDPOINT ? -0.5 * phi : phi / h + 1);
  }

  private Update update(List<SolverLevel> levels, int i, int order) {
    SolverLevel from = levels.get(i);
    SolverLevel to = levels.get(i + 1);
    double h = to.lambda() - from.lambda();
    double phi = expm1(-h);
    double signal = to.signal();
    Update first = first(from, to);
    if (order == 1) {
      return first;
    }
    double r0 = (from.lambda() - levels.get(i - 1).lambda()) / h;
    if (order == 2) {
      double weight = slopeWeight(correction, to, h);
      // weight·D1 with D1 = (m0 − m1)/r0
      return first.plusX0(weight / r0).plusPast(1, Quantity.X0, -weight / r0);
    }
    double r1 = (levels.get(i - 1).lambda() - levels.get(i - 2).lambda()) / h;
    double second =
        (correction == Correction.TAYLOR ? 2 : 1) * signal * ((phi + h) / (h * h) - 0.5);
    // heun·D1 − second·D2, with A = (m0 − m1)/r0, B = (m1 − m2)/r1,
    // D1 = A + r0/(r0+r1)·(A − B) and D2 = (A − B)/(r0 + r1)
    double heun = slopeWeight(Correction.HEUN, to, h);
    double difference = (heun * r0 - second) / (r0 + r1); // the factor of A − B
    double a = (heun + difference) / r0;
    double b = -difference / r1;
    return first.plusX0(a).plusPast(1, Quantity.X0, b - a).plusPast(2, Quantity.X0, -b);
  }
}
