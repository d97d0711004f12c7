package io.diffusion4j.benchmarks.report;

import io.diffusion4j.nn.engine.Precision;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * One line of the table.
 *
 * @param name the name of the measurement
 * @param batch batch size, if it applies
 * @param precision the network's precision, if it applies
 * @param figures the measured figures
 */
public record Row(
    String name, OptionalInt batch, Optional<Precision> precision, Map<Figure, Double> figures) {
  public Row {
    figures = figures.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(figures));
  }

  /** Returns a row of a network. */
  public static Row of(String name, int batch, Precision precision) {
    return new Row(name, OptionalInt.of(batch), Optional.of(precision), Map.of());
  }

  /** Returns a row without a network. */
  public static Row of(String name) {
    return new Row(name, OptionalInt.empty(), Optional.empty(), Map.of());
  }

  /** Returns the row with this batch size. */
  public Row batch(int samples) {
    return new Row(name, OptionalInt.of(samples), precision, figures);
  }

  /** Returns the row with one more figure. */
  public Row with(Figure figure, double value) {
    Map<Figure, Double> more = new EnumMap<>(Figure.class);
    more.putAll(figures);
    more.put(figure, value);
    return new Row(name, batch, precision, more);
  }

  /** Adds the time in milliseconds, and the rate for this many operations. */
  public Row took(double milliseconds, double flops, double peakGflops) {
    double gflops = flops / milliseconds / 1e6;
    return with(Figure.MILLISECONDS, milliseconds)
        .with(Figure.GFLOPS, gflops)
        .with(Figure.FRACTION, gflops / peakGflops);
  }

  /** Returns a figure; empty if it was not measured. */
  public OptionalDouble figure(Figure figure) {
    Double value = figures.get(figure);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Returns {@code float32}, {@code bfloat16} or nothing. */
  public String precisionWord() {
    return precision.map(p -> p.name().toLowerCase(Locale.ROOT)).orElse("");
  }
}
