package io.diffusion4j.diffusion.stage;

import java.util.List;

/**
 * Watches a stage as it samples.
 *
 * <p>Called on the sampling thread between two steps, and so the place to stop: throw a {@link
 * java.util.concurrent.CancellationException} and the stage ends with it.
 */
@FunctionalInterface
public interface SamplingListener {
  /** Sees nothing, stops nothing. */
  SamplingListener NONE = progress -> {};

  /** Called before the first step (with {@code step} 0) and after each one. */
  void onProgress(Progress progress);

  /**
   * Where a stage is.
   *
   * @param stage the stage's name
   * @param step how many steps are done, from 0 to {@code steps}
   * @param steps how many there will be
   * @param x0 the present estimates x̂₀, one per sample, owned by the stage and overwritten by the
   *     next step; empty before the first
   * @param size of the images that the estimates are; {@link Pixels#NONE} for the size that the
   *     stage draws by default
   */
  record Progress(String stage, int step, int steps, List<float[]> x0, Pixels size) {
    /** With estimates as the stage draws by default. */
    public Progress(String stage, int step, int steps, List<float[]> x0) {
      this(stage, step, steps, x0, Pixels.NONE);
    }
  }
}
