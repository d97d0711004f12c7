package io.diffusion4j.unclip.doctor;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Schedules;
import io.diffusion4j.unclip.doctor.Diagnosis.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Lets a network denoise real data, and interprets its predictions in every way that a folder's
 * settings allow.
 *
 * <p>A prediction is only right under the settings that the network was trained with. The
 * parameterization (ε, x₀ or v) does not change the query, so one prediction is interpreted three
 * times. Another noise schedule has another timestep for the same noise, so it needs a query of its
 * own. An untrained network is not better than a constant prediction, under any interpretation.
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
record DenoisingCheck<C>(
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

  /** Other settings are preferred only if they are better by this factor. */
  private static final double FAR_BETTER = 1.5;

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

  /**
   * The number of sampling steps. Other numbers of steps, with which some spacings end at another
   * timestep.
   */
  private static final int SAMPLER_STEPS = 25;

  private static final String COSINE = "squaredcos_cap_v2";
  private static final int USUAL_STEPS = 1000;

  /** A noise schedule under which the network may have been trained. */
  private record Assumed(String name, NoiseSchedule schedule) {
    /** Returns the timestep whose noise level is nearest to the given one. */
    int nearest(double alphaBar) {
      int nearest = 0;
      for (int t = 1; t < schedule.steps(); t++) {
        if (distance(t, alphaBar) < distance(nearest, alphaBar)) {
          nearest = t;
        }
      }
      return nearest;
    }

    private double distance(int t, double alphaBar) {
      return Math.abs(logit(schedule.alphaBar(t)) - logit(alphaBar));
    }

    /** Computes ln(ᾱ/(1−ᾱ)), the log of the signal-to-noise ratio. */
    private static double logit(double alphaBar) {
      return Math.log(alphaBar) - Math.log1p(-alphaBar);
    }
  }

  /**
   * The network's errors under one interpretation of its predictions.
   *
   * @param errors the errors of x̂₀ at each level
   * @param share the errors relative to those of a constant prediction; the geometric mean
   */
  private record Reading(
      Assumed assumed, Parameterization parameterization, List<Double> errors, double share) {}

  /** The means of the data and of its squares, over all values. */
  private record Moments(double mean, double square) {
    static Moments of(List<float[]> data) {
      double sum = 0;
      double squares = 0;
      long count = 0;
      for (float[] x0 : data) {
        for (float value : x0) {
          sum += value;
          squares += (double) value * value;
        }
        count += x0.length;
      }
      return new Moments(sum / count, squares / count);
    }

    /**
     * Returns the error of the constant prediction: the mean of the data for x₀, a scaled x_t for ε
     * and v.
     */
    double ofNothing(Parameterization way, double alphaBar) {
      return switch (way) {
        case X0 -> square - mean * mean;
        // x̂₀ = √ᾱ·x_t, so x̂₀ − x₀ = √ᾱ·√(1−ᾱ)·ε − (1−ᾱ)·x₀
        case EPS, V -> alphaBar * (1 - alphaBar) + (1 - alphaBar) * (1 - alphaBar) * square;
      };
    }

    /** Combines an error with those of the constant predictions. */
    Level level(int t, double alphaBar, double error) {
      return new Level(
          t,
          alphaBar,
          error,
          ofNothing(Parameterization.X0, alphaBar),
          ofNothing(Parameterization.EPS, alphaBar));
    }
  }

  Diagnosis diagnosis() {
    var moments = Moments.of(clean);
    var own =
        new Assumed(COSINE, Schedules.diffusers().named(COSINE).apply(scheduler.trainTimesteps()));
    int[] times =
        fractions.stream()
            .mapToInt(f -> (int) Math.round(f * (scheduler.trainTimesteps() - 1)))
            .distinct()
            .toArray();
    double[] alphaBars = Arrays.stream(times).mapToDouble(own.schedule::alphaBar).toArray();
    List<List<float[]>> noisy = new ArrayList<>();
    for (int level = 0; level < times.length; level++) {
      noisy.add(noisy(alphaBars[level], level));
    }
    List<Reading> readings = new ArrayList<>();
    double[] outside = new double[times.length];
    String sameAnswer = "";
    for (Assumed assumed : assumed(own)) {
      List<List<float[]>> answers = new ArrayList<>();
      for (int level = 0; level < times.length; level++) {
        int t = assumed.equals(own) ? times[level] : assumed.nearest(alphaBars[level]);
        List<Prediction> predictions = predict(noisy.get(level), t, conditions);
        answers.add(outputs(predictions));
        if (assumed.equals(own)) {
          outside[level] = outsideBounds(predictions);
        }
      }
      if (answers.stream().flatMap(List::stream).anyMatch(a -> !isFinite(a))) {
        return Diagnosis.of(part, Verdict.BROKEN, "predicts values that are not finite");
      }
      if (assumed.equals(own) && answers.stream().allMatch(DenoisingCheck::areEqual)) {
        sameAnswer = "; its predictions do not depend on its input";
      }
      for (Parameterization way : Parameterization.values()) {
        readings.add(read(assumed, way, moments, alphaBars, noisy, answers));
      }
    }
    Reading asSaid =
        readings.stream()
            .filter(r -> r.assumed.equals(own))
            .filter(r -> r.parameterization == network.parameterization())
            .findFirst()
            .orElseThrow();
    Reading best = readings.stream().min(Comparator.comparingDouble(Reading::share)).orElseThrow();
    List<Level> levels = new ArrayList<>();
    for (int i = 0; i < times.length; i++) {
      levels.add(moments.level(times[i], alphaBars[i], asSaid.errors.get(i)));
    }
    Diagnosis found = judged(asSaid, best, sameAnswer, levels, noisy, times, alphaBars);
    if (found.verdict() == Verdict.OK
        && scheduler.variance() == VarianceType.LEARNED_RANGE
        && !Double.isNaN(outside[0])) {
      found = withVariance(found, outside);
    }
    return answersLast && found.verdict() == Verdict.OK ? withEnd(found, own, moments) : found;
  }

  /**
   * Returns the fraction of variances outside the two bounds, which published samplers use without
   * clipping; NaN for a network that predicts none.
   */
  private static double outsideBounds(List<Prediction> predictions) {
    long outside = 0;
    long all = 0;
    for (Prediction prediction : predictions) {
      for (float v : prediction.variance()) {
        outside += Math.abs(v) <= 1 ? 0 : 1;
      }
      all += prediction.variance().length;
    }
    return (double) outside / all;
  }

  /**
   * Returns the finding, with the fraction of variances within their bounds at the timestep where
   * it is smallest.
   */
  private static Diagnosis withVariance(Diagnosis found, double[] outside) {
    int worst = 0;
    for (int level = 1; level < outside.length; level++) {
      worst = outside[level] > outside[worst] ? level : worst;
    }
    return outside[worst] > OUTSIDE
        ? new Diagnosis(
            found.part(),
            Verdict.MISCONFIGURED,
            String.format(
                Locale.ROOT,
                "variance_type: learned_range (expected: fixed_small_log, or a variance trained to"
                    + " stay between its bounds): %.0f %% of its values are outside at t = %d",
                100 * outside[worst],
                found.levels().get(worst).t()),
            found.levels())
        : found.with(
            String.format(
                Locale.ROOT,
                "its variance is between its bounds for %.1f %% of values",
                100 * (1 - outside[worst])));
  }

  /** Returns the same verdict, unless the network is worst at the last step's timestep. */
  private Diagnosis withEnd(Diagnosis found, Assumed own, Moments moments) {
    var visited =
        scheduler
            .timesteps()
            .of(scheduler.trainTimesteps(), Math.min(SAMPLER_STEPS, scheduler.trainTimesteps()));
    int last = visited.get(visited.size() - 1);
    double alphaBar = own.schedule.alphaBar(last);
    List<float[]> noisy = noisy(alphaBar, found.levels().size());
    double error =
        error(
            Conversion.of(network.parameterization(), alphaBar),
            noisy,
            ask(noisy, last, conditions));
    List<Level> levels = new ArrayList<>(found.levels());
    levels.removeIf(level -> level.t() == last);
    levels.add(moments.level(last, alphaBar, error));
    levels.sort(Comparator.comparingInt(Level::t));
    Optional<Level> better =
        levels.stream()
            .filter(level -> level.t() > last)
            .min(Comparator.comparingDouble(Level::error))
            .filter(level -> error > WORSE_IN_THE_END * level.error());
    return better.isEmpty()
        ? new Diagnosis(part, found.verdict(), found.finding(), levels)
        : new Diagnosis(
            part,
            Verdict.MISCONFIGURED,
            String.format(
                Locale.ROOT,
                "timestep_spacing: ends at t = %d (expected: a noisier timestep, as with"
                    + " trailing, or more training there): the prediction there is the sample, and"
                    + " its error is %.1f times that at t = %d",
                last,
                error / better.get().error(),
                better.get().t()),
            levels);
  }

  private Diagnosis judged(
      Reading asSaid,
      Reading best,
      String remark,
      List<Level> levels,
      List<List<float[]>> noisy,
      int[] times,
      double[] alphaBars) {
    if (best.share > TRAINED) {
      return new Diagnosis(
          part,
          Verdict.UNTRAINED,
          "error "
              + times(asSaid.share)
              + " that of a constant prediction, and at least "
              + times(best.share)
              + " under every prediction type and schedule"
              + remark,
          levels);
    }
    if (asSaid.share > TRAINED || asSaid.share > FAR_BETTER * best.share) {
      String figures = "error " + times(best.share) + " that of a constant prediction";
      return new Diagnosis(
          part,
          Verdict.MISCONFIGURED,
          wrong(asSaid, best) + ": " + figures + ", and not " + times(asSaid.share) + ")",
          levels);
    }
    double beyond = beyondClipping();
    if (beyond > CLIPPED) {
      return new Diagnosis(
          part,
          Verdict.MISCONFIGURED,
          String.format(
              Locale.ROOT,
              "clip_sample_range: %s (expected: more, as it cuts %.0f %% of the data off)",
              scheduler.clipRange(),
              100 * beyond),
          levels);
    }
    return new Diagnosis(
        part,
        Verdict.OK,
        "error "
            + times(asSaid.share)
            + " that of a constant prediction; "
            + times(withOthersConditions(asSaid, noisy, times, alphaBars))
            + " as large with the conditions of other data",
        levels);
  }

  /** Lists the wrong settings with the expected ones; the caller closes the last parenthesis. */
  private String wrong(Reading asSaid, Reading best) {
    List<String> wrong = new ArrayList<>();
    if (asSaid.parameterization != best.parameterization) {
      wrong.add(
          "prediction_type: "
              + SchedulerConfig.predictionType(asSaid.parameterization)
              + " (expected: "
              + SchedulerConfig.predictionType(best.parameterization));
    }
    if (!asSaid.assumed.name.equals(best.assumed.name)) {
      wrong.add("beta_schedule: " + asSaid.assumed.name + " (expected: " + best.assumed.name);
    }
    int steps = best.assumed.schedule.steps();
    if (asSaid.assumed.schedule.steps() != steps) {
      wrong.add("num_train_timesteps: " + scheduler.trainTimesteps() + " (expected: " + steps);
    }
    return String.join("), ", wrong);
  }

  private static String times(double share) {
    return String.format(Locale.ROOT, share < 0.1 ? "%.3f times" : "%.2f times", share);
  }

  /** Returns the folder's own schedule and, after it, the others that are tried. */
  private List<Assumed> assumed(Assumed own) {
    List<Assumed> all = new ArrayList<>(List.of(own));
    int steps = scheduler.trainTimesteps();
    if (steps != USUAL_STEPS) {
      all.add(new Assumed(COSINE, Schedules.diffusers().named(COSINE).apply(USUAL_STEPS)));
    }
    for (String name : List.of("linear", "scaled_linear")) {
      all.add(new Assumed(name, Schedules.diffusers().named(name).apply(USUAL_STEPS)));
    }
    return all;
  }

  private List<float[]> noisy(double alphaBar, int level) {
    float signal = (float) Math.sqrt(alphaBar);
    float noise = (float) Math.sqrt(1 - alphaBar);
    List<float[]> noisy = new ArrayList<>();
    for (int i = 0; i < clean.size(); i++) {
      float[] x = new PhiloxNoise(seed, i).gaussian(part, level, clean.get(i).length);
      for (int j = 0; j < x.length; j++) {
        x[j] = signal * clean.get(i)[j] + noise * x[j];
      }
      noisy.add(x);
    }
    return noisy;
  }

  private List<float[]> ask(List<float[]> noisy, int t, List<C> conditions) {
    return outputs(predict(noisy, t, conditions));
  }

  private static List<float[]> outputs(List<Prediction> predictions) {
    return predictions.stream().map(Prediction::output).toList();
  }

  private List<Prediction> predict(List<float[]> noisy, int t, List<C> conditions) {
    List<Query<C>> queries = new ArrayList<>();
    for (int i = 0; i < noisy.size(); i++) {
      queries.add(new Query<>(noisy.get(i), t, conditions.get(i)));
    }
    return network.predict(queries);
  }

  private Reading read(
      Assumed assumed,
      Parameterization way,
      Moments moments,
      double[] alphaBars,
      List<List<float[]>> noisy,
      List<List<float[]>> answers) {
    List<Double> errors = new ArrayList<>();
    double logs = 0;
    for (int i = 0; i < alphaBars.length; i++) {
      double error = error(Conversion.of(way, alphaBars[i]), noisy.get(i), answers.get(i));
      errors.add(error);
      logs += Math.log(error / moments.ofNothing(way, alphaBars[i]));
    }
    return new Reading(assumed, way, errors, Math.exp(logs / alphaBars.length));
  }

  private double error(Conversion conversion, List<float[]> noisy, List<float[]> answers) {
    double sum = 0;
    for (int i = 0; i < clean.size(); i++) {
      float[] x0 = clean.get(i);
      for (int j = 0; j < x0.length; j++) {
        double difference = conversion.x0(noisy.get(i)[j], answers.get(i)[j]) - x0[j];
        sum += difference * difference / x0.length;
      }
    }
    return sum / clean.size();
  }

  /**
   * Returns the factor by which the error grows if the network receives the condition of the next
   * sample.
   */
  private double withOthersConditions(
      Reading asSaid, List<List<float[]>> noisy, int[] times, double[] alphaBars) {
    List<C> others = new ArrayList<>(conditions);
    Collections.rotate(others, 1);
    double logs = 0;
    for (int i = 0; i < times.length; i++) {
      var conversion = Conversion.of(asSaid.parameterization, alphaBars[i]);
      double error = error(conversion, noisy.get(i), ask(noisy.get(i), times[i], others));
      logs += Math.log(error / asSaid.errors.get(i));
    }
    return Math.exp(logs / times.length);
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

  private static boolean isFinite(float[] values) {
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
