package io.diffusion4j.serving.auth;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The limits of a principal. All are at least 1.
 *
 * <p>A principal may use the allowance of a minute at once. A single larger request is admitted
 * only when that allowance is untouched; later requests are refused until the excess is paid off.
 *
 * @param imagesPerMinute the sustained rate of generated images
 * @param embeddingsPerMinute the sustained rate of embedded texts and images, and of sampled
 *     embeddings
 * @param costPerMinute the sustained cost of requests for images, in megapixel steps per minute
 * @param unfinishedRequests the largest number of requests for images that wait or run at the same
 *     time
 */
public record Quota(
    int imagesPerMinute, int embeddingsPerMinute, int costPerMinute, int unfinishedRequests) {
  /** No limits. */
  public static final Quota NONE =
      new Quota(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

  public Quota {
    Check.that(imagesPerMinute >= 1, "imagesPerMinute", imagesPerMinute, "≥ 1");
    Check.that(embeddingsPerMinute >= 1, "embeddingsPerMinute", embeddingsPerMinute, "≥ 1");
    Check.that(costPerMinute >= 1, "costPerMinute", costPerMinute, "≥ 1");
    Check.that(unfinishedRequests >= 1, "unfinishedRequests", unfinishedRequests, "≥ 1");
  }

  /** Creates a quota without a limit on cost. */
  public Quota(int imagesPerMinute, int embeddingsPerMinute, int unfinishedRequests) {
    this(imagesPerMinute, embeddingsPerMinute, Integer.MAX_VALUE, unfinishedRequests);
  }
}
