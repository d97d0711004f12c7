package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.exp;
import static java.lang.Math.log1p;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.LevelTimes;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The {@link Likelihood} of samples under a network that was trained on a noise schedule: the
 * probability flow dx/du = −½(x + s) is followed in the schedule's own clock u = −ln ᾱ from its
 * first timestep to its last, in steps of equal change of ln SNR, which are short at low noise,
 * where the flow is steep. The result is the density of samples with the first timestep's noise;
 * the samples at the end of the flow are assumed to be standard normal.
 *
 * <p>On a {@link FlowSchedule} the flow is dx_f/dσ = ε̂ − x̂₀ in equal steps of σ up to 1, where
 * the samples are standard normal exactly (Lipman et al. 2023, app. C).
 *
 * @param schedule the noise, of at least two timesteps
 * @param steps the number of steps of the solver, at least 1
 * @param method the solver
 * @param parameterization the quantity that the network predicts
 */
public record FlowLikelihood(
    NoiseSchedule schedule, int steps, RungeKutta method, Parameterization parameterization) {
  public FlowLikelihood {
    Check.that(schedule.steps() >= 2, "timesteps", schedule.steps(), "≥ 2");
    Check.that(steps >= 1, "steps", steps, "≥ 1");
  }

  /**
   * The output of a network.
   *
   * @param output the prediction at x
   * @param divergence eᵀ(∂output/∂x)e, with an e of values ±1 that is the same at every time
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  public record Answer(float[] output, double divergence) {}

  /** A network that is evaluated for several samples at one time. */
  @FunctionalInterface
  public interface Network {
    List<Answer> at(List<float[]> x, double t);
  }

  /** Returns the number of network calls. */
  public int calls() {
    return Math.multiplyExact(steps, method.calls());
  }

  /**
   * Computes the likelihood of each sample.
   *
   * @param samples the samples of one size; not modified
   * @param progress receives the number of network calls so far
   */
  public List<Likelihood.Result> of(List<float[]> samples, Network network, IntConsumer progress) {
    Check.that(!samples.isEmpty(), "samples", "none", "at least one");
    int size = samples.get(0).length;
    var times = new LevelTimes(schedule);
    int[] calls = {0};
    double[] state = new double[samples.size() * (size + 1)]; // the samples, then their integrals
    for (int row = 0; row < samples.size(); row++) {
      Check.length("sample", samples.get(row).length, size);
      for (int i = 0; i < size; i++) {
        state[row * size + i] = samples.get(row)[i];
      }
    }
    for (int i = 0; i < steps; i++) {
      double from = clock(i);
      double to = clock(i + 1);
      state =
          method.step(
              (at, u) -> {
                double[] slope = slope(at, u, size, network, times);
                progress.accept(++calls[0]);
                return slope;
              },
              state,
              from,
              to - from);
    }
    List<Likelihood.Result> results = new ArrayList<>();
    for (int row = 0; row < samples.size(); row++) {
      results.add(
          Likelihood.Result.of(
              Arrays.copyOfRange(state, row * size, (row + 1) * size),
              1,
              state[samples.size() * size + row]));
    }
    return results;
  }

  /** Returns u after this many steps, or σ. λ falls by the same amount in each step. */
  private double clock(int step) {
    if (schedule instanceof FlowSchedule flow) {
      double start = flow.flowLevel(0).sigma();
      return step == steps ? 1 : start + (1 - start) * step / steps;
    }
    double first = lambda(0);
    double last = lambda(schedule.steps() - 1);
    return log1p(exp(-2 * (first + (last - first) * step / steps)));
  }

  private double lambda(int t) {
    return new SolverLevel(t, schedule.alphaBar(t)).lambda();
  }

  /** The slope of a sample as a sum: {@code x}·x + {@code output}·output, at a time t. */
  private record Slope(double t, double scale, double x, double output) {}

  private Slope slopeAt(double clock, LevelTimes times) {
    if (schedule instanceof FlowSchedule flow) {
      var level = new FlowLevel(clock);
      Conversion from = Conversion.of(parameterization, level.alphaBar());
      return new Slope(
          flow.time(level),
          1 / level.scale(),
          (from.epsFromX() - from.x0FromX()) / level.scale(),
          from.epsFromOutput() - from.x0FromOutput());
    }
    double alphaBar = exp(-clock);
    double noise = sqrt(1 - alphaBar);
    Conversion from = Conversion.of(parameterization, alphaBar);
    return new Slope(
        times.of(new SolverLevel(0, alphaBar).sigma()),
        1,
        -0.5 * (1 - from.epsFromX() / noise),
        0.5 * from.epsFromOutput() / noise);
  }

  private double[] slope(double[] at, double clock, int size, Network network, LevelTimes times) {
    int rows = at.length / (size + 1);
    Slope from = slopeAt(clock, times);
    List<float[]> x = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      float[] sample = new float[size];
      for (int i = 0; i < size; i++) {
        sample[i] = (float) (from.scale * at[row * size + i]);
      }
      x.add(sample);
    }
    List<Answer> answers = network.at(x, from.t);
    double[] slope = new double[at.length];
    for (int row = 0; row < rows; row++) {
      Answer answer = answers.get(row);
      for (int i = 0; i < size; i++) {
        slope[row * size + i] = from.x * at[row * size + i] + from.output * answer.output()[i];
      }
      slope[rows * size + row] = from.x * size + from.output * from.scale * answer.divergence();
    }
    return slope;
  }
}
