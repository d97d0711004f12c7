package io.diffusion4j.diffusion.solver;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Pseudo numerical methods (Liu et al. 2022): DDIM's transfer with ε̂ extrapolated from up to four
 * calls by the linear multistep method of Adams and Bashforth (§3.3, eq. 12), once there is a
 * history.
 *
 * @param start the first steps, which build the history
 * @param end the target of the last step; diffusers' default is {@link
 *     FinalNoiseLevel#FIRST_TIMESTEP}
 * @param combined the quantity that is extrapolated: ε̂ in the paper. diffusers' {@code
 *     PNDMScheduler} combines a network's outputs as they are, and then reads the combination at
 *     the sample and the level where the step begins, so for a network that predicts v it is v
 */
public record PlmsSampler(Start start, FinalNoiseLevel end, Parameterization combined)
    implements Sampler {
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
     * The same as in diffusers' {@code PNDMScheduler}, whose steps lead ⌊T/n⌋ down from each
     * timestep, whatever the next one is. From the middle of the list, for a start from an image,
     * it counts the second run of the first step as an entry of the list, so it begins an entry
     * earlier, runs the second step where the first one should have been repeated, and every later
     * step reads its sample as cleaner by one interval than it is. A whole list of that stride is
     * {@link #MULTISTEP}'s.
     */
    LISTED,
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

  /** Creates the sampler that combines ε̂. */
  public PlmsSampler(Start start, FinalNoiseLevel end) {
    this(start, end, Parameterization.EPS);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    if (start == Start.LISTED) {
      return listed(schedule, timesteps);
    }
    int n = timesteps.size();
    List<SolverLevel> levels = new ArrayList<>(Grid.TIMESTEPS.levels(schedule, timesteps));
    levels.add(end.level(schedule));

    int warmUp = start == Start.RUNGE_KUTTA && n > WARM_UP + 1 ? WARM_UP : 0;
    var calls = new Calls(combined);
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
        calls.twice(from, to, to, from);
      } else {
        calls.multistep(from, to);
      }
    }
    return calls.plan.build();
  }

  /**
   * Steps by ⌊T/n⌋ from each timestep of the list, as diffusers does, so that a level where a call
   * is made is the one before it only in a list of that stride.
   */
  private SamplingPlan listed(NoiseSchedule schedule, Timesteps timesteps) {
    int stride = schedule.steps() / timesteps.listed();
    IntFunction<SolverLevel> level =
        t -> t < 0 ? end.level(schedule) : new SolverLevel(t, schedule.alphaBar(t));
    var calls = new Calls(combined);
    int repeated = timesteps.passed().isEmpty() ? 1 : 0; // the place that the list has twice
    int first = timesteps.get(timesteps.passed().size() > 1 ? -1 : 0);
    if (repeated < timesteps.size()) {
      int second = timesteps.get(repeated);
      Check.that(
          second + stride < schedule.steps(), "timesteps", timesteps.values(), "of equal strides");
      calls.twice(
          level.apply(first),
          level.apply(first - stride),
          level.apply(second),
          level.apply(second + stride));
    } else { // a list of one
      calls.multistep(level.apply(first), level.apply(first - stride));
    }
    for (int i = 1; i < timesteps.size(); i++) {
      int t = timesteps.get(i);
      calls.multistep(level.apply(t), level.apply(t - stride));
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
    private static final double[] MEAN = {1. / 2, 1. / 2};
    private static final double[] SIMPSON = {1. / 6, 2. / 6, 2. / 6, 1. / 6};

    private final SamplingPlan.Builder plan = new SamplingPlan.Builder();
    private final List<Integer> slopes = new ArrayList<>(); // latest first
    private final List<SolverLevel> levels = new ArrayList<>(); // of the calls
    private final Parameterization combined;

    Calls(Parameterization combined) {
      this.combined = combined;
    }

    /**
     * Calls the network at a level; then transfers the sample of the call {@code start}, which may
     * be this one, with a combination of outputs.
     *
     * @param slopes the calls that made the outputs
     */
    private void call(
        SolverLevel at, int start, SolverLevel to, double[] weights, List<Integer> slopes) {
      levels.add(at);
      transfer(levels.get(start), start, to, weights, slopes);
    }

    private void transfer(
        SolverLevel from, int start, SolverLevel to, double[] weights, List<Integer> slopes) {
      Transfer transfer = Transfer.between(from, to);
      Conversion there = Conversion.of(combined, from.alphaBar());
      double ofX = transfer.x() + transfer.eps() * there.epsFromX();
      Update update = plus(Update.ZERO, start, Quantity.X, ofX);
      for (int k = 0; k < weights.length; k++) {
        // the output is (ε̂ − a·x)/b where it was made
        Conversion here = conversion(slopes.get(k));
        double ofEps = transfer.eps() * weights[k] * (there.epsFromOutput() / here.epsFromOutput());
        update = plus(update, slopes.get(k), Quantity.EPS, ofEps);
        if (here.epsFromX() != 0) {
          update = plus(update, slopes.get(k), Quantity.X, -ofEps * here.epsFromX());
        }
      }
      plan.add(levels.get(levels.size() - 1), update);
    }

    private Conversion conversion(int call) {
      return Conversion.of(combined, levels.get(call).alphaBar());
    }

    private Update plus(Update update, int call, Quantity of, double factor) {
      int ago = levels.size() - 1 - call;
      if (ago > 0) {
        return update.plusPast(ago, of, factor);
      }
      return of == Quantity.X ? update.plusX(factor) : update.plusEps(factor);
    }

    /** Combines the current output and those of up to three previous steps. */
    void multistep(SolverLevel from, SolverLevel to) {
      int now = levels.size();
      slopes.add(0, now);
      call(from, now, to, ADAMS_BASHFORTH[Math.min(slopes.size(), WARM_UP + 1) - 1], slopes);
    }

    /**
     * Steps to a level, and again from the start with the mean of both slopes.
     *
     * @param end the level of the second call, to which it steps
     * @param start the level of the sample of the first call, as the second one reads it
     */
    void twice(SolverLevel from, SolverLevel to, SolverLevel end, SolverLevel start) {
      int now = levels.size();
      multistep(from, to);
      levels.add(end);
      transfer(start, now, end, MEAN, List.of(now, now + 1));
    }

    /**
     * Steps with (ε̂₁ + 2ε̂₂ + 2ε̂₃ + ε̂₄)/6: at the start, twice in the middle, and at the end.
     */
    void rungeKutta(SolverLevel from, SolverLevel middle, SolverLevel to) {
      int now = levels.size();
      double[] latest = ADAMS_BASHFORTH[0];
      slopes.add(0, now);
      call(from, now, middle, latest, List.of(now));
      call(middle, now, middle, latest, List.of(now + 1));
      call(middle, now, to, latest, List.of(now + 2));
      call(to, now, to, SIMPSON, List.of(now, now + 1, now + 2, now + 3));
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
