package io.diffusion4j.diffusion.stage;

import java.util.List;

/**
 * Observes a stage while it samples.
 *
 * <p>It is called on the sampling thread between two steps. To stop the sampling, throw a {@link
 * java.util.concurrent.CancellationException}; the stage throws it.
 */
@FunctionalInterface
public interface SamplingListener {
  /** Does nothing. */
  SamplingListener NONE = progress -> {};

  /** Called before the first step (with {@code step} 0) and after each one. */
  void onProgress(Progress progress);

  /**
   * The progress of a stage.
   *
   * @param stage the stage's name
   * @param step the number of steps done, from 0 to {@code steps}
   * @param steps the number of all steps
   * @param x0 the current estimates x̂₀, one per sample, owned by the stage and overwritten by the
   *     next step; empty before the first
   * @param size the size of the images that the estimates are; {@link Pixels#NONE} for the size
   *     that the stage draws by default
   */
  record Progress(String stage, int step, int steps, List<float[]> x0, Pixels size) {
    /** Creates a report of progress with estimates of the stage's default size. */
    public Progress(String stage, int step, int steps, List<float[]> x0) {
      this(stage, step, steps, x0, Pixels.NONE);
    }
  }
}
