package io.diffusion4j.serving.auth;

import io.diffusion4j.diffusion.argument.Check;

/**
 * How much a principal may ask for.
 *
 * @param imagesPerMinute how many images, over time; a request for more of them at once is admitted
 *     when none are owed, and paid off before the next
 * @param embeddingsPerMinute how many texts and images may be embedded, and embeddings drawn, in
 *     the same way
 * @param costPerMinute how many megapixel steps requests for images may cost, in the same way
 * @param unfinishedRequests how many requests for images may wait or run at once
 */
public record Quota(
    int imagesPerMinute, int embeddingsPerMinute, int costPerMinute, int unfinishedRequests) {
  /** As much as the server can do. */
  public static final Quota NONE =
      new Quota(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

  public Quota {
    Check.that(imagesPerMinute >= 1, "imagesPerMinute", imagesPerMinute, "≥ 1");
    Check.that(embeddingsPerMinute >= 1, "embeddingsPerMinute", embeddingsPerMinute, "≥ 1");
    Check.that(costPerMinute >= 1, "costPerMinute", costPerMinute, "≥ 1");
    Check.that(unfinishedRequests >= 1, "unfinishedRequests", unfinishedRequests, "≥ 1");
  }

  /** Without a limit of cost. */
  public Quota(int imagesPerMinute, int embeddingsPerMinute, int unfinishedRequests) {
    this(imagesPerMinute, embeddingsPerMinute, Integer.MAX_VALUE, unfinishedRequests);
  }
}
