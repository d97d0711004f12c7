package io.diffusion4j.serving.jobs;

import java.time.Duration;
import java.util.Optional;

/** The recent throughput of a busy server, as a moving average. Not thread-safe. */
final class Throughput {
  /** The weight of earlier measurements at each new one. */
  private static final double MEMORY = 0.9;

  private double cost;
  private double seconds;
  private long since;

  /** Starts the measurement after an idle time. */
  void begin() {
    since = System.nanoTime();
  }

  /** Records finished work, by its cost in megapixel steps. */
  void done(double doneCost) {
    long now = System.nanoTime();
    cost = MEMORY * cost + doneCost;
    seconds = MEMORY * seconds + 1e-9 * (now - since);
    since = now;
  }

  /** Returns the time of work of this cost in all rows together; empty before any was done. */
  Optional<Duration> timeOf(double otherCost) {
    return cost > 0
        ? Optional.of(Duration.ofNanos((long) (1e9 * otherCost * seconds / cost)))
        : Optional.empty();
  }
}
