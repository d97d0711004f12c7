package io.diffusion4j.evaluation;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.descriptive.rank.Percentile;
import org.hipparchus.stat.descriptive.rank.Percentile.EstimationType;

/**
 * Bootstrap intervals, from samples with replacement of the measurements (Efron 1979). The same
 * seed gives the same interval.
 *
 * @param resamples the number of samples
 * @param seed the seed of the samples
 */
public record Bootstrap(int resamples, long seed) {
  private static final double TAIL = 2.5;
  private static final double NORMAL_QUANTILE = 1.959964;

  public Bootstrap {
    if (resamples < 2) {
      throw new IllegalArgumentException("resamples: " + resamples + " (expected: ≥ 2)");
    }
  }

  /** Returns a mean, with the percentiles of the samples' means. */
  public Estimate mean(double[] values) {
    requireSome(values.length);
    double[] means =
        resample(
            values.length,
            indices -> Arrays.stream(indices).mapToDouble(i -> values[i]).average().orElseThrow());
    var percentile = new Percentile().withEstimationType(EstimationType.R_7);
    return new Estimate(
        StatUtils.mean(values),
        percentile.evaluate(means, TAIL),
        percentile.evaluate(means, 100 - TAIL),
        values.length);
  }

  /**
   * Returns another statistic, with an interval of 1.96 standard deviations of the samples each
   * way, and not below 0. Percentiles would be biased for a distance of distributions, which grows
   * with duplicate pictures.
   *
   * @param count the number of pictures
   * @param statistic the statistic of the pictures of some indices, each from 0 to count − 1
   */
  public Estimate distance(int count, ToDoubleFunction<int[]> statistic) {
    requireSome(count);
    double value = statistic.applyAsDouble(java.util.stream.IntStream.range(0, count).toArray());
    double reach = NORMAL_QUANTILE * Math.sqrt(StatUtils.variance(resample(count, statistic)));
    return new Estimate(value, Math.max(0, value - reach), value + reach, count);
  }

  /**
   * Returns the ratio of two sums, with an interval as that of {@link #distance}.
   *
   * @param divisors as many as there are values
   * @param pictures the number of pictures that they were measured on
   */
  public Estimate ratio(double[] values, double[] divisors, int pictures) {
    Estimate ratio =
        distance(
            values.length,
            indices ->
                Arrays.stream(indices).mapToDouble(i -> values[i]).sum()
                    / Arrays.stream(indices).mapToDouble(i -> divisors[i]).sum());
    return new Estimate(ratio.value(), ratio.low(), ratio.high(), pictures);
  }

  private static void requireSome(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("values: none (expected: at least one)");
    }
  }

  private double[] resample(int count, ToDoubleFunction<int[]> statistic) {
    var random = new SplittableRandom(seed);
    double[] results = new double[resamples];
    for (int r = 0; r < resamples; r++) {
      results[r] = statistic.applyAsDouble(random.ints(count, 0, count).toArray());
    }
    return results;
  }
}
