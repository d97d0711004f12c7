package io.diffusion4j.provenance;

/**
 * The result of a search for a watermark.
 *
 * @param agreement the largest share of equal signs over all shifts, in [0, 1]; about ½ without a
 *     watermark
 * @param falsePositive the probability, at most, that a picture without the watermark agrees as
 *     well
 */
public record Detection(double agreement, double falsePositive) {
  /** The probability of a false alarm below which a watermark counts as found. */
  public static final double THRESHOLD = 1e-6;

  /** Whether the watermark was found. */
  public boolean isFound() {
    return falsePositive < THRESHOLD;
  }
}
