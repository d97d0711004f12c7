package io.diffusion4j.diffusion.sampling;

/** What is done to each estimate x̂₀ before it is used: samples are known to lie in a range. */
@FunctionalInterface
public interface X0Treatment {
  /** Leaves x̂₀ as it is. */
  X0Treatment NONE = new Clipping(Double.POSITIVE_INFINITY);

  /** Treats the estimate of one sample in place. */
  void treat(float[] x0);

  /**
   * Clips to [−range, range].
   *
   * @param range greater than 0; 1 for pixels
   */
  static X0Treatment clip(double range) {
    return new Clipping(range);
  }
}
