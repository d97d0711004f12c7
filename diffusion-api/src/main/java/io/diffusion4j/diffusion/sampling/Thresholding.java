package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.ByName;
import java.util.Map;

/**
 * The treatment of each estimate x̂₀ before its use, such as clipping to the known range of
 * samples.
 */
@FunctionalInterface
public interface Thresholding {
  /** Leaves x̂₀ as it is. */
  Thresholding NONE = new Clipping(Double.POSITIVE_INFINITY);

  /** Treats the estimate of one sample in place. */
  void treat(float[] x0);

  /**
   * Clips to [−range, range].
   *
   * @param range greater than 0; 1 for pixels
   */
  static Thresholding clip(double range) {
    return new Clipping(range);
  }

  /** Returns the treatments by name, for pixels in [-1, 1]; {@code dynamic} as in Imagen. */
  static ByName<Thresholding> standard() {
    return new ByName<>(
        "thresholding",
        Map.of(
            "clip",
            clip(1),
            "dynamic",
            new DynamicThresholding(0.995, Double.POSITIVE_INFINITY),
            "none",
            NONE));
  }
}
