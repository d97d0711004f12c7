package io.diffusion4j.diffusion.stage;

import java.util.AbstractList;
import java.util.List;
import java.util.function.UnaryOperator;

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
   * Returns a listener that passes progress on with images in place of latents. Each image is
   * computed when it is read, so nothing is computed for a listener that reads none.
   *
   * @param size the size of the images
   * @param decoder returns the pixels of a latent in [−1, 1], a new array
   */
  default SamplingListener decoding(Pixels size, UnaryOperator<float[]> decoder) {
    return at ->
        onProgress(
            new Progress(
                at.stage(),
                at.step(),
                at.steps(),
                new AbstractList<>() {
                  @Override
                  public float[] get(int i) {
                    return decoder.apply(at.x0().get(i));
                  }

                  @Override
                  public int size() {
                    return at.x0().size();
                  }
                },
                size));
  }

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
