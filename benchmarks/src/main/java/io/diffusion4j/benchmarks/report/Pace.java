package io.diffusion4j.benchmarks.report;

import io.diffusion4j.diffusion.argument.Check;
import java.time.Duration;
import java.util.Arrays;

/**
 * The number of runs of a measurement.
 *
 * @param warmup unmeasured runs
 * @param runs measured runs, at most
 * @param atMost time after which no further run starts, once there were three
 */
public record Pace(int warmup, int runs, Duration atMost) {
  private static final int ENOUGH = 3;

  public Pace {
    Check.that(warmup >= 0, "warmup", warmup, "≥ 0");
    Check.that(runs >= 1, "runs", runs, "≥ 1");
  }

  /** Measures the median time of a run, in milliseconds. */
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
