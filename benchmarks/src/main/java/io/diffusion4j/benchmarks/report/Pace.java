package io.diffusion4j.benchmarks.report;

import java.time.Duration;
import java.util.Arrays;

/**
 * How often something is run to be measured.
 *
 * @param warmup runs that do not count
 * @param runs runs that do, at most
 * @param atMost after this time no further run is begun, once there were three
 */
public record Pace(int warmup, int runs, Duration atMost) {
  private static final int ENOUGH = 3;

  public Pace {
    if (warmup < 0) {
      throw new IllegalArgumentException("warmup: " + warmup + " (expected: ≥ 0)");
    }
    if (runs < 1) {
      throw new IllegalArgumentException("runs: " + runs + " (expected: ≥ 1)");
    }
  }

  /** The median time of a run in milliseconds. */
  public double median(Runnable task) {
    for (int i = 0; i < warmup; i++) {
      task.run();
    }
    double[] millis = new double[runs];
    long begin = System.nanoTime();
    int done = 0;
    while (done < runs && (done < ENOUGH || System.nanoTime() - begin < atMost.toNanos())) {
      long start = System.nanoTime();
      task.run();
      millis[done++] = (System.nanoTime() - start) / 1e6;
    }
    return Percentiles.median(Arrays.copyOf(millis, done));
  }
}
