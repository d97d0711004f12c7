package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Transition;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The mean power of a network's noise, E‖ε̂‖²/d for each timestep, over a data set: (1−ᾱ_t)·Γ_t of
 * Bao et al. (2022). It measures how much of the noise the network can distinguish from the sample,
 * from 0 (nothing) to 1 (everything), and determines the variance of {@link AnalyticDpmSampler}.
 *
 * @param byTimestep E‖ε̂‖²/d, at least 0, by timestep; at least one
 */
public record EpsPower(SortedMap<Integer, Double> byTimestep) {
  /** The number of samples in one call of the network. */
  private static final int BATCH = 64;

  public EpsPower {
    byTimestep = Collections.unmodifiableSortedMap(new TreeMap<>(byTimestep));
    Check.that(!byTimestep.isEmpty(), "epsPower", "none", "at least one timestep");
    byTimestep.forEach(
        (t, power) -> {
          Check.that(
              t >= 0 && power >= 0 && power < Double.POSITIVE_INFINITY,
              "epsPower",
              power + " at t = " + t,
              "≥ 0 and finite, t ≥ 0");
        });
  }

  /**
   * A clean sample of the data set.
   *
   * @param x0 not modified
   * @param noise the noise that is added, of stage {@code epsPower} and the timestep as its step
   */
  public record Sample<C>(float[] x0, C condition, NoiseSource noise) {
    private float[] noised(int t, Transition marginal) {
      float[] xt = noise.gaussian("epsPower", t, x0.length);
      for (int i = 0; i < xt.length; i++) {
        xt[i] = (float) marginal.draw(x0[i], xt[i]);
      }
      return xt;
    }
  }

  /**
   * Returns the power at a timestep, interpolated between the measured ones and constant beyond
   * them.
   */
  public double at(int t) {
    SortedMap<Integer, Double> from = byTimestep.tailMap(t);
    SortedMap<Integer, Double> upTo = byTimestep.headMap(t + 1);
    int high = from.isEmpty() ? byTimestep.lastKey() : from.firstKey();
    int low = upTo.isEmpty() ? byTimestep.firstKey() : upTo.lastKey();
    double weight = low == high ? 0 : (double) (t - low) / (high - low);
    return (1 - weight) * measured(low) + weight * measured(high);
  }

  private double measured(int t) {
    return byTimestep.getOrDefault(t, Double.NaN);
  }

  /**
   * Measures the power of a network on noised samples.
   *
   * @param denoiser the network
   * @param schedule the schedule of its training
   * @param timesteps the timesteps of the measurement; a few dozen suffice, because the power
   *     changes smoothly
   * @param samples the samples from the data set, at least one
   */
  public static <C> EpsPower measure(
      Denoiser<C> denoiser, NoiseSchedule schedule, Timesteps timesteps, List<Sample<C>> samples) {
    Check.that(!samples.isEmpty(), "samples", "0", "at least one");
    Map<Integer, Double> powers = new TreeMap<>();
    for (int t : timesteps.values()) {
      double alphaBar = schedule.alphaBar(t);
      Conversion from = Conversion.of(denoiser.parameterization(), alphaBar);
      Transition marginal = Transition.preservingVariance(alphaBar);
      double sum = 0;
      long count = 0;
      for (int start = 0; start < samples.size(); start += BATCH) {
        List<Query<C>> queries = new ArrayList<>();
        for (int i = start; i < Math.min(start + BATCH, samples.size()); i++) {
          Sample<C> sample = samples.get(i);
          queries.add(new Query<>(sample.noised(t, marginal), t, sample.condition));
        }
        List<Prediction> answers = denoiser.predict(queries);
        for (int i = 0; i < queries.size(); i++) {
          float[] x = queries.get(i).xt();
          sum += power(from, x, answers.get(i).output());
          count += x.length;
        }
      }
      powers.put(t, sum / count);
    }
    return new EpsPower(new TreeMap<>(powers));
  }

  private static double power(Conversion from, float[] x, float[] output) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double eps = from.epsFromX() * x[i] + from.epsFromOutput() * output[i];
      sum += eps * eps;
    }
    return sum;
  }
}
