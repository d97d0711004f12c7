package io.diffusion4j.diffusion;

/**
 * A network's answer to one {@link Query}.
 *
 * @param output ε, x₀ or v, as the network's {@link Parameterization} says; the size of the sample
 * @param variance the interpolation v between the smallest and the largest posterior log-variance,
 *     nominally in [−1, 1] (Nichol &amp; Dhariwal 2021, eq. 15); empty if the variance is not
 *     learned
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record Prediction(float[] output, float[] variance) {
  private static final float[] NONE = {};

  public Prediction {
    if (variance.length != 0 && variance.length != output.length) {
      throw new IllegalArgumentException(
          "variance: " + variance.length + " values (expected: 0 or " + output.length + ")");
    }
  }

  /** A prediction without a learned variance. */
  public static Prediction of(float[] output) {
    return new Prediction(output, NONE);
  }

  public boolean hasVariance() {
    return variance.length != 0;
  }
}
