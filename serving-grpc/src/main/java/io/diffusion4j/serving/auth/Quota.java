package io.diffusion4j.serving.auth;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.diffusion4j.diffusion.argument.Check;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a principal. All are at least 1; {@link Integer#MAX_VALUE} stands for none.
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
@JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Quota.Unlimited.class)
public record Quota(
    Integer imagesPerMinute,
    Integer embeddingsPerMinute,
    Integer costPerMinute,
    Integer unfinishedRequests) {
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  /** No limits. */
  public static final Quota NONE = new Quota(NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT);

  public Quota {
    imagesPerMinute = imagesPerMinute == null ? NO_LIMIT : imagesPerMinute;
    embeddingsPerMinute = embeddingsPerMinute == null ? NO_LIMIT : embeddingsPerMinute;
    costPerMinute = costPerMinute == null ? NO_LIMIT : costPerMinute;
    unfinishedRequests = unfinishedRequests == null ? NO_LIMIT : unfinishedRequests;
    Check.that(imagesPerMinute >= 1, "imagesPerMinute", imagesPerMinute, "≥ 1");
    Check.that(embeddingsPerMinute >= 1, "embeddingsPerMinute", embeddingsPerMinute, "≥ 1");
    Check.that(costPerMinute >= 1, "costPerMinute", costPerMinute, "≥ 1");
    Check.that(unfinishedRequests >= 1, "unfinishedRequests", unfinishedRequests, "≥ 1");
  }

  /** Creates a quota without a limit on cost. */
  public Quota(int imagesPerMinute, int embeddingsPerMinute, int unfinishedRequests) {
    this(imagesPerMinute, embeddingsPerMinute, NO_LIMIT, unfinishedRequests);
  }

  /** Equals the values that stand for no limit, which are not written. */
  static final class Unlimited {
    @Override
    public boolean equals(@Nullable Object other) {
      return other == null || other.equals(NO_LIMIT);
    }

    @Override
    public int hashCode() {
      return NO_LIMIT;
    }
  }
}
