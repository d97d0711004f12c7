package io.diffusion4j.unclip.doctor;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.pipeline.Diagnosis;
import io.diffusion4j.pipeline.Diagnosis.Level;
import io.diffusion4j.pipeline.Diagnosis.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Lets a network denoise real data under its folder's settings, and compares its errors with those
 * of two predictions that need no network.
 *
 * @param part the part that is examined
 * @param network predicts, with the parameterization of its folder's settings
 * @param scheduler the scheduler in the folder's settings
 * @param fractions the timesteps of the queries, as fractions of the training schedule
 * @param answersLast whether the prediction of a sampler's last step is the sample
 * @param clean x₀ of some data, all of one size
 * @param conditions the condition of each
 * @param seed the seed of the noise
 */
public record DenoisingCheck<C>(
    String part,
    Denoiser<C> network,
    SchedulerConfig scheduler,
    List<Double> fractions,
    boolean answersLast,
    List<float[]> clean,
    List<C> conditions,
    long seed) {
  /** A trained network's error is at most this fraction of the constant prediction's error. */
  private static final double TRAINED = 0.7;

  /**
   * If more than this fraction of the data is outside the clipping bounds, the bounds are wrong.
   */
  private static final double CLIPPED = 0.02;

  /** The largest fraction of learned variances outside the bounds that rounding can explain. */
  private static final double OUTSIDE = 0.01;

  /**
   * At the last timestep, the error must be at most this multiple of the error at a noisier one.
   */
  private static final double WORSE_IN_THE_END = 3;

  /** The number of sampling steps; with other numbers, some spacings end at another timestep. */
  private static final int SAMPLER_STEPS = 25;

  /**
   * The predictions at a timestep.
   *
   * @param outside the fraction of variances outside the two bounds, which published samplers use
   *     without clipping; NaN for a network that predicts none
   */
  private record Measurement(Level level, List<float[]> outputs, double outside) {}

  /** Evaluates the network. */
  public Diagnosis diagnosis() {
    List<Measurement> measured = new ArrayList<>();
    for (double fraction : fractions.stream().distinct().toList()) {
      int t = (int) Math.round(fraction * (scheduler.trainTimesteps() - 1));
      measured.add(measure(t, measured.size(), conditions));
    }
    if (measured.stream().flatMap(m -> m.outputs.stream()).anyMatch(a -> !isFinite(a))) {
      return Diagnosis.of(part, Verdict.BROKEN, "predicts values that are not finite");
    }
    List<Level> levels = measured.stream().map(Measurement::level).toList();
    double share = mean(levels, level -> level.error() / ofNothing(level));
    String error = "error " + times(share) + " that of a constant prediction";
    if (share > TRAINED) {
      boolean isConstant = measured.stream().allMatch(m -> areEqual(m.outputs));
      return new Diagnosis(
          part,
          Verdict.UNTRAINED,
          error
              + " (expected: less than 0.70 times; train longer, or correct prediction_type: "
              + SchedulerConfig.predictionType(network.parameterization())
              + ")"
              + (isConstant ? "; its predictions do not depend on its input" : ""),
          levels);
    }
    double beyond = beyondClipping();
    if (beyond > CLIPPED) {
      return misconfigured(
          levels,
          "clip_sample_range: %s (expected: more, as it cuts %.0f %% of the data off)",
          scheduler.clipRange(),
          100 * beyond);
    }
    return withVariance(error + "; " + withOthersConditions(levels), levels, measured);
  }

  private Diagnosis misconfigured(List<Level> levels, String finding, Object... values) {
    return new Diagnosis(
        part, Verdict.MISCONFIGURED, String.format(Locale.ROOT, finding, values), levels);
  }

  /** Adds the fraction of variances within their bounds where it is smallest. */
  private Diagnosis withVariance(String finding, List<Level> levels, List<Measurement> measured) {
    Measurement worst = Collections.max(measured, Comparator.comparingDouble(Measurement::outside));
    if (scheduler.variance() != VarianceType.LEARNED_RANGE || Double.isNaN(worst.outside)) {
      return withEnd(finding, levels);
    }
    if (worst.outside > OUTSIDE) {
      return misconfigured(
          levels,
          "variance_type: learned_range (expected: fixed_small_log, or a variance trained to"
              + " stay between its bounds): %.0f %% of its values are outside at t = %d",
          100 * worst.outside,
          worst.level.t());
    }
    return withEnd(
        String.format(
            Locale.ROOT,
            "%s; its variance is between its bounds for %.1f %% of values",
            finding,
            100 * (1 - worst.outside)),
        levels);
  }

  /** Checks that the network is not worst at the last step's timestep. */
  private Diagnosis withEnd(String finding, List<Level> examined) {
    if (!answersLast) {
      return new Diagnosis(part, Verdict.OK, finding, examined);
    }
    int steps = scheduler.trainTimesteps();
    var visited = scheduler.timesteps().of(steps, Math.min(SAMPLER_STEPS, steps));
    int last = visited.get(visited.size() - 1);
    Level end = measure(last, examined.size(), conditions).level;
    List<Level> levels = new ArrayList<>(examined);
    levels.removeIf(level -> level.t() == last);
    levels.add(end);
    levels.sort(Comparator.comparingInt(Level::t));
    Optional<Level> better =
        levels.stream()
            .filter(level -> level.t() > last)
            .min(Comparator.comparingDouble(Level::error))
            .filter(level -> end.error() > WORSE_IN_THE_END * level.error());
    return better.isEmpty()
        ? new Diagnosis(part, Verdict.OK, finding, levels)
        : misconfigured(
            levels,
            "timestep_spacing: ends at t = %d (expected: a noisier timestep, as with trailing, or"
                + " more training there): the prediction there is the sample, and its error is"
                + " %.1f times that at t = %d",
            last,
            end.error() / better.get().error(),
            better.get().t());
  }

  /** Describes how the error grows if the network receives the condition of the next sample. */
  private String withOthersConditions(List<Level> levels) {
    List<C> others = new ArrayList<>(conditions);
    Collections.rotate(others, 1);
    List<Double> ratios = new ArrayList<>();
    for (Level level : levels) {
      ratios.add(measure(level.t(), ratios.size(), others).level.error() / level.error());
    }
    return times(mean(ratios, ratio -> ratio)) + " as large with the conditions of other data";
  }

  /**
   * Denoises all data at a timestep.
   *
   * @param draw the number of the noise
   */
  private Measurement measure(int t, int draw, List<C> given) {
    double alphaBar = scheduler.schedule().alphaBar(t);
    float signal = (float) Math.sqrt(alphaBar);
    float noise = (float) Math.sqrt(1 - alphaBar);
    List<Query<C>> queries = new ArrayList<>();
    for (int i = 0; i < clean.size(); i++) {
      float[] x = new PhiloxNoise(seed, i).gaussian(part, draw, clean.get(i).length);
      for (int j = 0; j < x.length; j++) {
        x[j] = signal * clean.get(i)[j] + noise * x[j];
      }
      queries.add(new Query<>(x, t, given.get(i)));
    }
    List<Prediction> predictions = network.predict(queries);
    var conversion = Conversion.of(network.parameterization(), alphaBar);
    double error = 0;
    double mean = 0;
    double square = 0;
    long outside = 0;
    long variances = 0;
    for (int i = 0; i < clean.size(); i++) {
      float[] x0 = clean.get(i);
      float[] output = predictions.get(i).output();
      double all = (double) clean.size() * x0.length;
      for (int j = 0; j < x0.length; j++) {
        double difference = conversion.x0(queries.get(i).xt()[j], output[j]) - x0[j];
        error += difference * difference / all;
        mean += x0[j] / all;
        square += x0[j] * (double) x0[j] / all;
      }
      for (float v : predictions.get(i).variance()) {
        outside += Math.abs(v) <= 1 ? 0 : 1;
        variances++;
      }
    }
    // x̂₀ = √ᾱ·x_t, so x̂₀ − x₀ = √ᾱ·√(1−ᾱ)·ε − (1−ᾱ)·x₀
    double scaled = alphaBar * (1 - alphaBar) + (1 - alphaBar) * (1 - alphaBar) * square;
    return new Measurement(
        new Level(t, alphaBar, error, square - mean * mean, scaled),
        predictions.stream().map(Prediction::output).toList(),
        (double) outside / variances);
  }

  /**
   * Returns the error of the constant prediction: the mean of the data for x₀, a scaled x_t for ε
   * and v.
   */
  private double ofNothing(Level level) {
    return network.parameterization() == Parameterization.X0 ? level.mean() : level.scaled();
  }

  private double beyondClipping() {
    if (!scheduler.clips()) {
      return 0;
    }
    double bound = scheduler.clipRange() * (1 + 1e-6);
    long beyond = 0;
    long all = 0;
    for (float[] x0 : clean) {
      for (float value : x0) {
        beyond += Math.abs(value) > bound ? 1 : 0;
      }
      all += x0.length;
    }
    return (double) beyond / all;
  }

  /** Returns the geometric mean. */
  private static <T> double mean(List<T> all, ToDoubleFunction<T> value) {
    return Math.exp(all.stream().mapToDouble(value).map(Math::log).average().orElse(Double.NaN));
  }

  private static String times(double share) {
    return String.format(Locale.ROOT, share < 0.1 ? "%.3f times" : "%.2f times", share);
  }

  /** Whether no value is infinite or not a number. */
  public static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private static boolean areEqual(List<float[]> answers) {
    return answers.size() > 1
        && answers.stream().allMatch(answer -> Arrays.equals(answer, answers.get(0)));
  }
}
