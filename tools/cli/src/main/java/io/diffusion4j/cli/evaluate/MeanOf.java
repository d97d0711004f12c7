package io.diffusion4j.cli.evaluate;

import java.util.Locale;
import java.util.stream.DoubleStream;
import org.hipparchus.stat.StatUtils;
import org.jspecify.annotations.Nullable;

/**
 * A mean and its standard error.
 *
 * @param error NaN for a single value
 */
record MeanOf(double mean, double error) {
  static MeanOf of(DoubleStream values) {
    double[] all = values.toArray();
    double error = all.length == 1 ? Double.NaN : Math.sqrt(StatUtils.variance(all) / all.length);
    return new MeanOf(StatUtils.mean(all), error);
  }

  @Nullable Double knownError() {
    return Double.isNaN(error) ? null : error;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.4f", mean)
        + (Double.isNaN(error) ? "" : String.format(Locale.ROOT, " ± %.4f", error));
  }
}
