package io.diffusion4j.serving.jobs;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** The measured time of one step of one image, by model and stage. Thread-safe. */
final class Pace {
  /** The weight of a new measurement in the moving average. */
  private static final double WEIGHT = 0.2;

  private final Map<Stage, Measured> stages = new ConcurrentHashMap<>();

  private record Stage(String model, String name) {}

  /** The seconds per step of an image, and the number of measured steps. */
  private record Measured(
      double defaultSeconds, double bestSeconds, double leastSeconds, double done) {
    static final Measured NOTHING =
        new Measured(Double.NaN, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0);

    Measured with(double seconds, double imageSteps, double doneBefore) {
      double own = seconds / imageSteps;
      double doneNow = done + imageSteps;
      return new Measured(
          done == 0 ? own : defaultSeconds + WEIGHT * (own - defaultSeconds),
          Math.min(bestSeconds, own),
          Math.min(leastSeconds, seconds / (doneNow - doneBefore)),
          doneNow);
    }
  }

  /** Returns the number of steps times images that a stage has done in all batches. */
  double done(String model, String stage) {
    return stages.getOrDefault(new Stage(model, stage), Measured.NOTHING).done();
  }

  /**
   * Records a step of a batch.
   *
   * @param seconds the duration of the step
   * @param imageSteps the number of images in the batch; a fraction of it for a part of a step
   * @param doneBefore the value of {@link #done} when the step began; other batches have continued
   *     since
   */
  void measured(String model, String stage, double seconds, double imageSteps, double doneBefore) {
    stages.compute(
        new Stage(model, stage),
        (key, before) ->
            (before == null ? Measured.NOTHING : before).with(seconds, imageSteps, doneBefore));
  }

  /**
   * Returns the mean time of work; empty before each of its stages has been measured.
   *
   * @param imageSteps the number of steps times images, by stage
   */
  Optional<Duration> estimate(String model, Map<String, Long> imageSteps) {
    return time(model, imageSteps, Measured::defaultSeconds);
  }

  /** Returns the time of a single batch at the fastest pace so far. */
  Optional<Duration> best(String model, Map<String, Long> imageSteps) {
    return time(model, imageSteps, Measured::bestSeconds);
  }

  /** Returns the time at the fastest pace of all batches together, which share network calls. */
  Optional<Duration> least(String model, Map<String, Long> imageSteps) {
    return time(model, imageSteps, Measured::leastSeconds);
  }

  private Optional<Duration> time(
      String model, Map<String, Long> imageSteps, ToDoubleFunction<Measured> seconds) {
    double sum = 0;
    for (Map.Entry<String, Long> stage : imageSteps.entrySet()) {
      Measured measured = stages.get(new Stage(model, stage.getKey()));
      if (measured == null) {
        return Optional.empty();
      }
      sum += seconds.applyAsDouble(measured) * stage.getValue();
    }
    return Optional.of(Duration.ofNanos((long) (sum * 1e9)));
  }
}
