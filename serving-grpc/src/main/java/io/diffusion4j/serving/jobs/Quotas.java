package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.errors.Errors;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What principals have used of their quotas of one kind. A principal has at most what it may have
 * in a minute, gets it back evenly over time, and may owe some. Not thread-safe.
 */
public final class Quotas {
  private static final double NANOS_PER_MINUTE = 60e9;

  /** When a request of its own will have ended, nobody can tell; it is worth asking then. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** Of what there are quotas. */
  public enum Kind {
    IMAGES("images_per_minute"),
    EMBEDDINGS("embeddings_per_minute"),

    /** What requests for images cost, in megapixel steps. */
    COST("cost_per_minute");

    private final String quota;

    Kind(String quota) {
      this.quota = quota;
    }
  }

  private final Kind kind;
  private final LongSupplier nanoTime;
  private final Map<String, Balance> balances = new HashMap<>();

  /** What a principal had at that time. */
  private record Balance(double count, long at) {}

  public Quotas(Kind kind, LongSupplier nanoTime) {
    this.kind = kind;
    this.nanoTime = nanoTime;
  }

  /**
   * Nothing if the principal may ask for so many now.
   *
   * @param unfinished how many of its requests have not ended
   * @throws io.grpc.StatusRuntimeException if it may not
   */
  public void check(Principal principal, double count, long unfinished) {
    Quota quota = principal.quota();
    if (unfinished >= quota.unfinishedRequests()) {
      throw Errors.quotaExceeded(
          principal.name(), "unfinished_requests", quota.unfinishedRequests(), RETRY);
    }
    check(principal, count);
  }

  /**
   * Nothing if the principal may ask for so many now, however many requests it has.
   *
   * @throws io.grpc.StatusRuntimeException if it may not
   */
  public void check(Principal principal, double count) {
    int perMinute = perMinute(principal);
    double needed = Math.min(count, perMinute);
    double missing = needed - balance(principal);
    if (missing > 0) {
      Duration wait = Duration.ofNanos((long) Math.ceil(missing / perMinute * NANOS_PER_MINUTE));
      throw Errors.quotaExceeded(principal.name(), kind.quota, perMinute, wait);
    }
  }

  /** So many were admitted. */
  public void charge(Principal principal, double count) {
    balances.put(principal.name(), new Balance(balance(principal) - count, nanoTime.getAsLong()));
  }

  private int perMinute(Principal principal) {
    Quota quota = principal.quota();
    return switch (kind) {
      case IMAGES -> quota.imagesPerMinute();
      case EMBEDDINGS -> quota.embeddingsPerMinute();
      case COST -> quota.costPerMinute();
    };
  }

  private double balance(Principal principal) {
    int most = perMinute(principal);
    Balance before = balances.get(principal.name());
    if (before == null) {
      return most;
    }
    double since = (nanoTime.getAsLong() - before.at()) / NANOS_PER_MINUTE;
    return Math.min(most, before.count() + since * most);
  }
}
