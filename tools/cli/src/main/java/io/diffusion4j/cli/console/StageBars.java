package io.diffusion4j.cli.console;

import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.serving.v1.Progress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bar for each stage of each batch of images, one after the other. */
public final class StageBars implements ProgressListener, AutoCloseable {
  private final ProgressBars bars;
  private final int imageCount;
  private String shown = "";
  private int last;
  private ProgressBars.@Nullable Bar bar;

  /**
   * Bars of a request.
   *
   * @param imageCount the number of requested images
   */
  public StageBars(ProgressBars bars, int imageCount) {
    this.bars = bars;
    this.imageCount = imageCount;
  }

  @Override
  public void onProgress(Progress progress) {
    String name = progress.getStage() + which(progress.getImageIndicesList());
    ProgressBars.Bar current = bar;
    if (current == null || !name.equals(shown) || progress.getStep() < last) {
      close();
      current = bars.bar(name, 0, progress.getSteps());
      bar = current;
      shown = name;
    }
    last = progress.getStep();
    current.at(last, "");
  }

  /** Returns the label of a bar's images, if there are several batches. */
  private String which(List<Integer> indices) {
    if (indices.isEmpty() || indices.size() == imageCount) {
      return "";
    }
    int first = indices.get(0) + 1;
    int last = indices.get(indices.size() - 1) + 1;
    return " " + (first == last ? first : first + "–" + last);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
