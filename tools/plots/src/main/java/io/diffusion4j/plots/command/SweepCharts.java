package io.diffusion4j.plots.command;

import io.diffusion4j.cli.options.Variation;
import io.diffusion4j.evaluation.Metric;
import io.diffusion4j.evaluation.report.SweepPoint;
import io.diffusion4j.plots.Axis;
import io.diffusion4j.plots.Chart;
import io.diffusion4j.plots.ChartSeries;
import io.diffusion4j.plots.ChartSeries.Look;
import io.diffusion4j.plots.ChartSeries.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Charts of evaluations that differ in one or two options, over the values of the first. Charts of
 * one option: all shares in one chart, and the other kinds of metrics below. Charts of two options:
 * one for each metric, with a line for each value of the second option. Numbers are the axis; other
 * values are numbered.
 */
final class SweepCharts {
  /** The metrics that are not plotted, since their curves coincide with others. */
  private static final String SAME = ", distinct";

  private final Variation along;
  private final List<Variation> lines;
  private final Map<String, Double> places = new LinkedHashMap<>();
  private final Axis x;

  SweepCharts(List<Variation> variations, List<Double> places, String label) {
    this.along = variations.get(0);
    this.lines = variations.subList(1, variations.size());
    List<Double> chosen = places.isEmpty() ? numbers(along.values()) : places;
    for (int i = 0; i < along.values().size(); i++) {
      this.places.put(along.values().get(i), chosen.isEmpty() ? i + 1.0 : chosen.get(i));
    }
    this.x = Axis.linear(chosen.isEmpty() ? numbered() : places.isEmpty() ? along.name() : label);
  }

  private static List<Double> numbers(List<String> values) {
    try {
      return values.stream().map(Double::valueOf).toList();
    } catch (NumberFormatException e) {
      return List.of(); // names
    }
  }

  private String numbered() {
    var label = new StringBuilder(along.name()).append(':');
    for (int i = 0; i < along.values().size(); i++) {
      label.append(i == 0 ? " " : ", ").append(i + 1).append(" = ").append(along.values().get(i));
    }
    return label.toString();
  }

  List<Chart> of(List<SweepPoint> points) {
    List<Metric> metrics =
        points.get(0).metrics().stream()
            .filter(metric -> !metric.name().endsWith(SAME))
            .filter(metric -> metric.kind() != Metric.Kind.NOVELTY)
            .toList();
    if (!lines.isEmpty()) {
      return metrics.stream().map(metric -> byLine(metric, points)).toList();
    }
    List<Chart> charts = new ArrayList<>();
    for (Metric.Kind kind :
        List.of(
            Metric.Kind.SHARE, Metric.Kind.SIMILARITY, Metric.Kind.RATIO, Metric.Kind.DISTANCE)) {
      List<ChartSeries> curves = new ArrayList<>();
      for (Metric metric : metrics) {
        if (metric.kind() == kind) {
          curves.add(
              curve(metric.name(), curves.size(), points, at -> generated(at, metric.name())));
        }
      }
      if (!curves.isEmpty()) {
        charts.add(new Chart("", x, Axis.linear(unit(kind)), curves));
      }
    }
    return charts;
  }

  /** Returns the lines of one metric, and the ceiling. */
  private Chart byLine(Metric metric, List<SweepPoint> points) {
    List<ChartSeries> curves = new ArrayList<>();
    Variation line = lines.get(0);
    List<SweepPoint> of = List.of();
    for (String value : line.values()) {
      of = points.stream().filter(p -> value.equals(p.at().get(line.name()))).toList();
      curves.add(curve(value, curves.size(), of, at -> generated(at, metric.name())));
    }
    curves.add( // the same for all lines, as the prompts are
        curve("ceiling", curves.size(), of, at -> find(at, metric.name()).ceiling().value()));
    return new Chart(metric.name(), x, Axis.linear(unit(metric.kind())), curves);
  }

  private ChartSeries curve(
      String name, int number, List<SweepPoint> points, ToDoubleFunction<SweepPoint> y) {
    Function<SweepPoint, Point> point =
        at ->
            new Point(
                java.util.Objects.requireNonNull(places.get(at.at().get(along.name()))),
                y.applyAsDouble(at));
    return new ChartSeries(name, Look.markedLine(number), points.stream().map(point).toList());
  }

  private static String unit(Metric.Kind kind) {
    return switch (kind) {
      case SHARE -> "share of the pictures";
      case SIMILARITY -> "similarity to the real drawing";
      case DISTANCE -> "Fréchet distance";
      case RATIO -> "ratio to real pictures";
      case NOVELTY -> "distance to the nearest training picture";
    };
  }

  private static double generated(SweepPoint point, String metric) {
    return find(point, metric).generated().value();
  }

  private static Metric find(SweepPoint point, String metric) {
    return point.metrics().stream().filter(m -> m.name().equals(metric)).findFirst().orElseThrow();
  }
}
