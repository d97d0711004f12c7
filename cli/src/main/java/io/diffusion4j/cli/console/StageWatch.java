package io.diffusion4j.cli.console;

import io.diffusion4j.diffusion.stage.SamplingListener;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Shows how far a batch is, and takes the time of its stages. Owned by one thread. */
public final class StageWatch implements SamplingListener, AutoCloseable {
  private final StageBars bars;
  private final Map<String, Long> nanos = new LinkedHashMap<>();
  private final long begin = System.nanoTime();
  private long split = begin;

  /**
   * Watches from now on.
   *
   * @param images how many are drawn
   */
  public StageWatch(PrintWriter err, int images) {
    bars = new StageBars(Bars.of(err), images);
  }

  @Override
  public void onProgress(SamplingListener.Progress at) {
    bars.onProgress(
        io.diffusion4j.serving.v1.Progress.newBuilder()
            .setStage(at.stage())
            .setStep(at.step())
            .setSteps(at.steps())
            .build());
    if (at.step() == at.steps()) {
      long now = System.nanoTime();
      nanos.merge(at.stage(), now - split, Long::sum);
      split = now;
    }
  }

  /** What each stage took, what it prepares before its first step included, in words. */
  public String times() {
    var line = new StringBuilder();
    nanos.forEach(
        (stage, time) -> line.append(stage).append(' ').append(seconds(time)).append(", "));
    return line.append("in all ").append(seconds(System.nanoTime() - begin)).toString();
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.2f s", 1e-9 * nanos);
  }

  @Override
  public void close() {
    bars.close();
  }
}
