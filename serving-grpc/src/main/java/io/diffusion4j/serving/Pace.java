package io.diffusion4j.serving;

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

  private record Measured(double usualSeconds, double bestSeconds) {}

  /** A step took so long for each of its images. */
  void measured(String model, String stage, double seconds) {
    stages.merge(
        new Stage(model, stage),
        new Measured(seconds, seconds),
        (before, now) ->
            new Measured(
                before.usualSeconds + WEIGHT * (now.usualSeconds - before.usualSeconds),
                Math.min(before.bestSeconds, now.bestSeconds)));
  }

  /**
   * How long work usually takes; empty before each of its stages has been measured.
   *
   * @param imageSteps how many steps of how many images, multiplied, in each stage
   */
  Optional<Duration> usual(String model, Map<String, Long> imageSteps) {
    return time(model, imageSteps, Measured::usualSeconds);
  }

  /** How long it takes if nothing is ever faster than the fastest step so far. */
  Optional<Duration> best(String model, Map<String, Long> imageSteps) {
    return time(model, imageSteps, Measured::bestSeconds);
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
