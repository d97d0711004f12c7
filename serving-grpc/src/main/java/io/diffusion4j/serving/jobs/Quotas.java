package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.errors.Errors;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The use of one kind of quota by principal, as token buckets. A bucket holds one minute of quota,
 * refills evenly, and can go into debt. Full buckets are forgotten, so the memory depends on the
 * principals of the last minutes only. Not thread-safe.
 */
public final class Quotas {
  private static final double NANOS_PER_MINUTE = 60e9;

  /** The retry delay at the limit of unfinished requests, whose end cannot be predicted. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** The number of buckets from which on full ones are looked for. */
  private static final int FEW = 1024;

  /** The kind of a quota. */
  public enum Kind {
    IMAGES("images_per_minute"),
    EMBEDDINGS("embeddings_per_minute"),

    /** The cost of image requests, in megapixel steps. */
    COST("cost_per_minute");

    private final String quota;

    Kind(String quota) {
      this.quota = quota;
    }
  }

  private final Kind kind;
  private final LongSupplier nanoTime;
  private final Map<String, Balance> balances = new HashMap<>();
  private int sweepAt = FEW;

  /**
   * The balance of a principal at a time.
   *
   * @param at the time in nanoseconds
   * @param untilFull the nanoseconds from then on until the bucket is full
   */
  private record Balance(double count, long at, double untilFull) {}

  /**
   * Creates full buckets for all principals.
   *
   * @param nanoTime the clock, such as {@link System#nanoTime}
   */
  public Quotas(Kind kind, LongSupplier nanoTime) {
    this.kind = kind;
    this.nanoTime = nanoTime;
  }

  /**
   * Returns normally if a request is within the quota.
   *
   * @param count the requested amount; more than a minute of quota needs a full bucket
   * @param unfinished the number of the principal's unfinished requests
   * @throws io.grpc.StatusRuntimeException {@code RESOURCE_EXHAUSTED} if it is not
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
   * Returns normally if a request is within the quota, whatever the number of unfinished requests.
   *
   * @throws io.grpc.StatusRuntimeException {@code RESOURCE_EXHAUSTED} if it is not
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

  /** Charges an admitted request. */
  public void charge(Principal principal, double count) {
    int most = perMinute(principal);
    double left = balance(principal) - count;
    long now = nanoTime.getAsLong();
    balances.put(principal.name(), new Balance(left, now, (most - left) / most * NANOS_PER_MINUTE));
    if (balances.size() >= sweepAt) {
      balances.values().removeIf(balance -> now - balance.at >= balance.untilFull);
      sweepAt = Math.max(FEW, 2 * balances.size());
    }
  }

  /** Returns the number of buckets in memory. */
  public int buckets() {
    return balances.size();
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
