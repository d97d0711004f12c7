package io.diffusion4j.benchmarks.report;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;

/** Order statistics of measured values. */
public final class Percentiles {
  private Percentiles() {}

  /** The mean of the two values in the middle, which may be one. */
  public static double median(double... values) {
    double[] sorted = sorted(values);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * The least value that at least this share of all are no greater than.
   *
   * @param share in (0, 1]
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
