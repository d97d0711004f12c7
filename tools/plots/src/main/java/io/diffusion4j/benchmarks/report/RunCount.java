package io.diffusion4j.benchmarks.report;

import io.diffusion4j.diffusion.argument.Check;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.stat.StatUtils;

/**
 * The number of runs of a measurement.
 *
 * @param warmup unmeasured runs
 * @param runs measured runs, at most
 * @param atMost time after which no further run starts, once there were three
 */
public record RunCount(int warmup, int runs, Duration atMost) {
  private static final int ENOUGH = 3;

  public RunCount {
    Check.that(warmup >= 0, "warmup", warmup, "≥ 0");
    Check.that(runs >= 1, "runs", runs, "≥ 1");
  }

  /** Measures the median time of a run, in milliseconds. */
  public double median(Runnable task) {
    return medians(List.of(task)).get(0);
  }

  /** Measures the median times of tasks that alternate, in milliseconds. */
  public List<Double> medians(List<? extends Runnable> tasks) {
    for (int i = 0; i < warmup; i++) {
      tasks.forEach(Runnable::run);
    }
    double[][] millis = new double[tasks.size()][runs];
    long begin = System.nanoTime();
    int done = 0;
    while (done < runs && (done < ENOUGH || System.nanoTime() - begin < atMost.toNanos())) {
      for (int task = 0; task < millis.length; task++) {
        long start = System.nanoTime();
        tasks.get(task).run();
        millis[task][done] = (System.nanoTime() - start) / 1e6;
      }
      done++;
    }
    int turns = done;
    return Arrays.stream(millis)
        .map(times -> StatUtils.percentile(Arrays.copyOf(times, turns), 50))
        .toList();
  }
}
