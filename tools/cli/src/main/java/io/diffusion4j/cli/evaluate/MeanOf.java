package io.diffusion4j.cli.evaluate;

import java.util.Locale;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * A mean and its standard deviation.
 *
 * @param error NaN for a single value
 */
record MeanOf(double mean, double error) {
  static MeanOf of(DoubleStream values) {
    double[] all = values.toArray();
    double mean = DoubleStream.of(all).average().orElseThrow();
    double squares = DoubleStream.of(all).map(value -> Math.pow(value - mean, 2)).sum();
    return new MeanOf(mean, Math.sqrt(squares / (all.length - 1) / all.length));
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
