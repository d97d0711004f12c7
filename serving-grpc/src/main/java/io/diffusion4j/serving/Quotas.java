package io.diffusion4j.serving;

import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What principals have used of their quotas. Of images, a principal has at most what it may draw in
 * a minute, gets them back evenly over time, and may owe some. Not thread-safe.
 */
final class Quotas {
  private static final double NANOS_PER_MINUTE = 60e9;

  /** When a request of its own will have ended, nobody can tell; it is worth asking then. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final LongSupplier nanoTime;
  private final Map<String, Balance> balances = new HashMap<>();

  /** What a principal had at that time. */
  private record Balance(double images, long at) {}

  Quotas(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Nothing if the principal may ask for so many images now.
   *
   * @param unfinished how many of its requests have not ended
   * @throws io.grpc.StatusRuntimeException if it may not
   */
  void check(Principal principal, int images, long unfinished) {
    Quota quota = principal.quota();
    if (unfinished >= quota.unfinishedRequests()) {
      throw Errors.quotaExceeded(
          principal.name(), "unfinished_requests", quota.unfinishedRequests(), RETRY);
    }
    double needed = Math.min(images, quota.imagesPerMinute());
    double missing = needed - balance(principal);
    if (missing > 0) {
      Duration wait =
          Duration.ofNanos((long) Math.ceil(missing / quota.imagesPerMinute() * NANOS_PER_MINUTE));
      throw Errors.quotaExceeded(
          principal.name(), "images_per_minute", quota.imagesPerMinute(), wait);
    }
  }

  /** The images were admitted. */
  void charge(Principal principal, int images) {
    balances.put(principal.name(), new Balance(balance(principal) - images, nanoTime.getAsLong()));
  }

  private double balance(Principal principal) {
    int most = principal.quota().imagesPerMinute();
    Balance before = balances.get(principal.name());
    if (before == null) {
      return most;
    }
    double since = (nanoTime.getAsLong() - before.at()) / NANOS_PER_MINUTE;
    return Math.min(most, before.images() + since * most);
  }
}
