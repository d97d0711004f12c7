package io.diffusion4j.serving.jobs;

import io.diffusion4j.diffusion.stage.SamplingListener;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A stopwatch for the steps of a job. Not thread-safe; used by one worker at a time. */
final class StageClock {
  private final Map<String, Long> nanos = new LinkedHashMap<>();
  private Optional<Duration> judging = Optional.empty();
  private long stepStart;
  private double doneBefore;

  /** Records the end of a step and returns its duration; empty at step 0, which begins a stage. */
  Optional<Duration> tick(ImageRange range, SamplingListener.Progress at, Pace pace) {
    if (at.step() == 0) {
      nanos.putIfAbsent(at.stage(), 0L);
      return Optional.empty();
    }
    long time = System.nanoTime() - stepStart;
    nanos.merge(at.stage(), time, Long::sum);
    range
        .request()
        .card()
        .stage(at.stage())
        .ifPresent(
            stage -> {
              double part = (double) range.request().steps(stage) / at.steps();
              pace.measured(
                  range.request().card().name(),
                  at.stage(),
                  1e-9 * time,
                  range.size() * part,
                  doneBefore);
            });
    return Optional.of(Duration.ofNanos(time));
  }

  /** Starts the measurement of the next step. */
  void resume(ImageRange range, String stage, Pace pace) {
    doneBefore = pace.done(range.request().card().name(), stage);
    stepStart = System.nanoTime();
  }

  /** Adds the time of a filter. */
  void judged(Duration time) {
    judging = Optional.of(judging.orElse(Duration.ZERO).plus(time));
  }

  /** Returns the time of all filters; empty if no filter ran. */
  Optional<Duration> judging() {
    return judging;
  }

  /** Returns the time of each stage, without the work between steps. */
  Map<String, Duration> usage() {
    Map<String, Duration> usage = new LinkedHashMap<>();
    nanos.forEach((stage, time) -> usage.put(stage, Duration.ofNanos(time)));
    return usage;
  }
}
