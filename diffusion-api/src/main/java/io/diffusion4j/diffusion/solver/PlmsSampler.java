package io.diffusion4j.diffusion.solver;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.ArrayList;
import java.util.List;

/**
 * Pseudo numerical methods (Liu et al. 2022): DDIM's transfer with ε̂ extrapolated from up to four
 * calls by the linear multistep method of Adams and Bashforth (§3.3, eq. 12), once there is a
 * history.
 *
 * @param start the first steps, which build the history
 * @param end the target of the last step; diffusers' default is {@link
 *     FinalNoiseLevel#FIRST_TIMESTEP}
 */
public record PlmsSampler(Start start, FinalNoiseLevel end) implements Sampler {
  /** The number of steps until the history has four slopes, the current one included. */
  private static final int WARM_UP = 3;

  /** The first steps, which build the history. */
  public enum Start {
    /**
     * The first step is run twice, the second time with the mean of its two slopes. Later steps use
     * all previous slopes (PLMS). One network call more than timesteps.
     */
    MULTISTEP,
    /**
     * Three steps of the pseudo Runge–Kutta method (eq. 13), with four network calls each (PNDM,
     * algorithm 2). Some calls are halfway between two timesteps. With fewer than five timesteps
     * the steps are too long for it, and the start is {@link #MULTISTEP}.
     */
    RUNGE_KUTTA
  }

  /** Creates the sampler that ends at the clean sample. */
  public PlmsSampler(Start start) {
    this(start, FinalNoiseLevel.CLEAN);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    int n = timesteps.size();
    List<SolverLevel> levels = new ArrayList<>(Grid.TIMESTEPS.levels(schedule, timesteps));
    levels.add(end.level(schedule));

    int warmUp = start == Start.RUNGE_KUTTA && n > WARM_UP + 1 ? WARM_UP : 0;
    var calls = new Calls();
    for (int i = 0; i < n; i++) {
      SolverLevel from = levels.get(i);
      SolverLevel to = levels.get(i + 1);
      if (i == n - 1) { // no network call can be made beyond it
        calls.multistep(from, to);
      } else if (i < warmUp) {
        int t = timesteps.get(i);
        int middle = t - (t - timesteps.get(i + 1)) / 2;
        calls.rungeKutta(from, new SolverLevel(middle, schedule.alphaBar(middle)), to);
      } else if (i == 0) {
        calls.twice(from, to);
      } else {
        calls.multistep(from, to);
      }
    }
    return calls.plan.build();
  }

  /** The calls so far, and which of them are the slopes at the beginning of a step. */
  private static final class Calls {
    private static final double[][] ADAMS_BASHFORTH = {
      {1},
      {3. / 2, -1. / 2},
      {23. / 12, -16. / 12, 5. / 12},
      {55. / 24, -59. / 24, 37. / 24, -9. / 24}
    };

    private final SamplingPlan.Builder plan = new SamplingPlan.Builder();
    private final List<Integer> slopes = new ArrayList<>(); // latest first
    private int count;

    private void call(SolverLevel level, Update update) {
      plan.add(level, update);
      count++;
    }

    /** Combines the current ε̂ and those of up to three previous steps. */
    void multistep(SolverLevel from, SolverLevel to) {
      Transfer transfer = Transfer.between(from, to);
      double[] weights = ADAMS_BASHFORTH[Math.min(slopes.size(), ADAMS_BASHFORTH.length - 1)];
      Update update = Update.ZERO.plusX(transfer.x()).plusEps(transfer.eps() * weights[0]);
      for (int k = 1; k < weights.length; k++) {
        update =
            update.plusPast(count - slopes.get(k - 1), Quantity.EPS, transfer.eps() * weights[k]);
      }
      slopes.add(0, count);
      call(from, update);
    }

    /** Steps to the next level, and again from the start with the mean of both slopes. */
    void twice(SolverLevel from, SolverLevel to) {
      Transfer transfer = Transfer.between(from, to);
      double half = transfer.eps() / 2;
      slopes.add(0, count);
      call(from, Update.ZERO.plusX(transfer.x()).plusEps(transfer.eps()));
      call(
          to,
          Update.ZERO
              .plusPast(1, Quantity.X, transfer.x())
              .plusPast(1, Quantity.EPS, half)
              .plusEps(half));
    }

    /**
     * Steps with (ε̂₁ + 2ε̂₂ + 2ε̂₃ + ε̂₄)/6: at the start, twice in the middle, and at the end.
     */
    void rungeKutta(SolverLevel from, SolverLevel middle, SolverLevel to) {
      Transfer half = Transfer.between(from, middle);
      Transfer whole = Transfer.between(from, to);
      double sixth = whole.eps() / 6;
      slopes.add(0, count);
      call(from, Update.ZERO.plusX(half.x()).plusEps(half.eps()));
      call(middle, Update.ZERO.plusPast(1, Quantity.X, half.x()).plusEps(half.eps()));
      call(middle, Update.ZERO.plusPast(2, Quantity.X, whole.x()).plusEps(whole.eps()));
      call(
          to,
          Update.ZERO
              .plusPast(3, Quantity.X, whole.x())
              .plusPast(3, Quantity.EPS, sixth)
              .plusPast(2, Quantity.EPS, 2 * sixth)
              .plusPast(1, Quantity.EPS, 2 * sixth)
              .plusEps(sixth));
    }
  }

  /** x′ = {@code x}·x + {@code eps}·ε̂, DDIM's step between two levels (eq. 11). */
  private record Transfer(double x, double eps) {
    static Transfer between(SolverLevel from, SolverLevel to) {
      double a = from.alphaBar();
      double b = to.alphaBar();
      return new Transfer(sqrt(b / a), -(b - a) / (a * sqrt(1 - b) + sqrt(a * (1 - a) * b)));
    }
  }
}
