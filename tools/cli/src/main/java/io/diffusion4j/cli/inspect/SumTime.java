package io.diffusion4j.cli.inspect;

import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.nn.train.group.Wire;
import org.hipparchus.stat.StatUtils;

/** The time of sums between processes. */
public final class SumTime {
  private static final int WARMUP = 3;

  private SumTime() {}

  /**
   * Measures the median time of a sum, in milliseconds. All processes call it in the same order.
   *
   * @param count the number of values that are summed
   * @param wire the format in which they travel
   * @param rounds measured sums, the same number in each process, as each waits for the others
   */
  public static double medianMillis(AllReduce sums, int count, Wire wire, int rounds) {
    double[] millis = new double[rounds];
    try (var buffer = sums.buffer(count, wire)) {
      float[] values = new float[count];
      for (int i = -WARMUP; i < rounds; i++) {
        buffer.put(0, values, 0, count);
        long begin = System.nanoTime();
        buffer.sum();
        millis[Math.max(0, i)] = (System.nanoTime() - begin) / 1e6;
      }
    }
    return StatUtils.percentile(millis, 50);
  }
}
