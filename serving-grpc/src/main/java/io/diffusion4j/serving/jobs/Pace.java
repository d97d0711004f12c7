package io.diffusion4j.serving.jobs;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** How long a step of an image takes in each stage of each model, as measured. Thread-safe. */
final class Pace {
  /** How much a new measurement counts against those before it. */
  private static final double WEIGHT = 0.2;

  private final Map<Stage, Measured> stages = new ConcurrentHashMap<>();

  private record Stage(String model, String name) {}

  /** The seconds per step of an image, and the number of measured steps. */
  private record Measured(
      double usualSeconds, double bestSeconds, double leastSeconds, double done) {
    static final Measured NOTHING =
        new Measured(Double.NaN, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0);

    Measured with(double seconds, double imageSteps, double doneBefore) {
      double own = seconds / imageSteps;
      double doneNow = done + imageSteps;
      return new Measured(
          done == 0 ? own : usualSeconds + WEIGHT * (own - usualSeconds),
          Math.min(bestSeconds, own),
          Math.min(leastSeconds, seconds / (doneNow - doneBefore)),
          doneNow);
    }
  }

  /** How many steps of how many images, multiplied, a stage has done so far for all batches. */
  double done(String model, String stage) {
    return stages.getOrDefault(new Stage(model, stage), Measured.NOTHING).done();
  }

  /**
   * A batch has taken a step.
   *
   * @param seconds how long it took
   * @param imageSteps how many images it took it with; a part of them if the step is only a part
   * @param doneBefore what was {@link #done} when it began; other batches have gone on since
   */
  void measured(String model, String stage, double seconds, double imageSteps, double doneBefore) {
    stages.compute(
        new Stage(model, stage),
        (key, before) ->
            (before == null ? Measured.NOTHING : before).with(seconds, imageSteps, doneBefore));
  }

  /**
   * How long work usually takes; empty before each of its stages has been measured.
   *
   * @param imageSteps how many steps of how many images, multiplied, in each stage
   */
  Optional<Duration> usual(String model, Map<String, Long> imageSteps) {
    return time(model, imageSteps, Measured::usualSeconds);
  }

  /** How long it takes a batch if none is ever faster than the fastest step so far. */
  Optional<Duration> best(String model, Map<String, Long> imageSteps) {
    return time(model, imageSteps, Measured::bestSeconds);
  }

  /** How long it takes all batches together, in the same way: they share calls of the network. */
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
