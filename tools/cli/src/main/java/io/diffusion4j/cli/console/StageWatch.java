package io.diffusion4j.cli.console;

import io.diffusion4j.diffusion.stage.SamplingListener;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows the progress of a batch and measures the time of its stages. Owned by one thread. */
public final class StageWatch implements SamplingListener, AutoCloseable {
  private final StageBars bars;
  private final Map<String, Long> nanos = new LinkedHashMap<>();
  private final long begin = System.nanoTime();
  private long start = begin;

  /**
   * Starts the measurement.
   *
   * @param images the number of images
   */
  public StageWatch(Bars bars, int images) {
    this.bars = new StageBars(bars, images);
  }

  @Override
  public void onProgress(SamplingListener.Progress at) {
    bars.onProgress(
        io.diffusion4j.serving.v1.Progress.newBuilder()
            .setStage(at.stage())
            .setStep(at.step())
            .setSteps(at.steps())
            .build());
    if (at.step() == 0) {
      start = System.nanoTime();
    } else if (at.step() == at.steps()) {
      nanos.merge(at.stage(), System.nanoTime() - start, Long::sum);
    }
  }

  /** Describes the time of each stage's steps, and the total time including loading. */
  public String times() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    nanos.forEach((stage, time) -> seconds.put(stage, 1e-9 * time));
    return times(seconds, 1e-9 * (System.nanoTime() - begin));
  }

  /** Describes durations. */
  public static String times(Map<String, Double> secondsByStage, double all) {
    Map<String, Double> seconds = new LinkedHashMap<>(secondsByStage);
    seconds.put("in all", all);
    return seconds.entrySet().stream()
        .map(part -> String.format(Locale.ROOT, "%s %.2f s", part.getKey(), part.getValue()))
        .collect(Collectors.joining(", "));
  }

  @Override
  public void close() {
    bars.close();
  }
}
