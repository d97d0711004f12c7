package io.diffusion4j.serving.jobs;

import java.time.Duration;
import java.util.Optional;

/** How much work a server gets done while it has some, lately. Not thread-safe. */
final class Throughput {
  /** How much of what was before counts beside a new measurement. */
  private static final double MEMORY = 0.9;

  private double cost;
  private double seconds;
  private long since;

  /** From now on there is work, after a time without. */
  void begin() {
    since = System.nanoTime();
  }

  /** Work of this cost is done. */
  void done(double doneCost) {
    long now = System.nanoTime();
    cost = MEMORY * cost + doneCost;
    seconds = MEMORY * seconds + 1e-9 * (now - since);
    since = now;
  }

  /** How long work of this cost takes all rows together; empty before any was done. */
  Optional<Duration> timeOf(double otherCost) {
    return cost > 0
        ? Optional.of(Duration.ofNanos((long) (1e9 * otherCost * seconds / cost)))
        : Optional.empty();
  }
}
