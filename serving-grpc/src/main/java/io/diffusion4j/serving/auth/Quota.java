package io.diffusion4j.serving.auth;

/**
 * How much a principal may ask for.
 *
 * @param imagesPerMinute how many images, over time; a request for more of them at once is admitted
 *     when none are owed, and paid off before the next
 * @param embeddingsPerMinute how many texts and images may be embedded, and embeddings drawn, in
 *     the same way
 * @param unfinishedRequests how many requests for images may wait or run at once
 */
public record Quota(int imagesPerMinute, int embeddingsPerMinute, int unfinishedRequests) {
  /** As much as the server can do. */
  public static final Quota NONE =
      new Quota(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

  public Quota {
    if (imagesPerMinute < 1) {
      throw new IllegalArgumentException(
          "imagesPerMinute: " + imagesPerMinute + " (expected: ≥ 1)");
    }
    if (embeddingsPerMinute < 1) {
      throw new IllegalArgumentException(
          "embeddingsPerMinute: " + embeddingsPerMinute + " (expected: ≥ 1)");
    }
    if (unfinishedRequests < 1) {
      throw new IllegalArgumentException(
          "unfinishedRequests: " + unfinishedRequests + " (expected: ≥ 1)");
    }
  }
}
