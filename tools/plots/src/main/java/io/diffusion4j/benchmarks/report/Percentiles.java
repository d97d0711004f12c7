package io.diffusion4j.benchmarks.report;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;

/** Order statistics of measured values. */
public final class Percentiles {
  private Percentiles() {}

  /** Returns the median: for an even number of values, the mean of the two in the middle. */
  public static double median(double... values) {
    double[] sorted = sorted(values);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * Returns the smallest value that is at least as large as this fraction of all values.
   *
   * @param share the share, in (0, 1]
   */
  public static double of(double[] values, double share) {
    double[] sorted = sorted(values);
    return sorted[(int) Math.ceil(share * sorted.length) - 1];
  }

  private static double[] sorted(double[] values) {
    Check.that(values.length != 0, "values", "none", "at least one");
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
