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
  private long start = begin;

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
    if (at.step() == 0) {
      start = System.nanoTime();
    } else if (at.step() == at.steps()) {
      nanos.merge(at.stage(), System.nanoTime() - start, Long::sum);
    }
  }

  /** The time of each stage's steps, and of all with what was loaded for them, in words. */
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
