package io.diffusion4j.evaluation.report;

import io.diffusion4j.evaluation.Estimate;
import io.diffusion4j.evaluation.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The metrics as a table in text, the numbers flush right. */
public final class TextReport {
  static final List<String> HEADINGS =
      List.of(
          "metric",
          "generated",
          "95 % interval",
          "ceiling",
          "floor",
          "seen",
          "never trained",
          "pictures");

  private TextReport() {}

  /** Returns a line of headings, and one for each metric. */
  public static List<String> lines(List<Metric> metrics) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    metrics.forEach(metric -> rows.add(cells(metric)));
    return aligned(rows);
  }

  /**
   * Returns a line of headings, and one for each point: its settings, and the metrics of the
   * model's pictures.
   *
   * @param points the points, at least one
   */
  public static List<String> sweep(List<SweepPoint> points) {
    List<List<String>> rows = new ArrayList<>();
    List<String> headings = new ArrayList<>(points.get(0).at().keySet());
    points.get(0).metrics().forEach(metric -> headings.add(metric.name()));
    rows.add(headings);
    for (SweepPoint point : points) {
      List<String> row = new ArrayList<>(point.at().values());
      point.metrics().forEach(metric -> row.add(generated(metric)));
      rows.add(row);
    }
    return aligned(rows);
  }

  private static List<String> aligned(List<List<String>> rows) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - row.get(i).length());
      line.append(i == 0 ? "" : "  ");
      line.append(i == 0 ? row.get(i) + padding : padding + row.get(i));
    }
    return line.toString();
  }

  static List<String> cells(Metric metric) {
    Estimate generated = metric.generated();
    return List.of(
        metric.name(),
        number(metric, generated.value()),
        number(metric, generated.low()) + " to " + number(metric, generated.high()),
        number(metric, metric.ceiling().value()),
        number(metric, metric.floor()),
        number(metric, metric.seen()),
        number(metric, metric.unseen()),
        Integer.toString(generated.pictures()));
  }

  /** Returns the number of the model's pictures. */
  static String generated(Metric metric) {
    return number(metric, metric.generated().value());
  }

  private static String number(Metric metric, Optional<Estimate> estimate) {
    return estimate.map(e -> number(metric, e.value())).orElse("–");
  }

  private static String number(Metric metric, double value) {
    return metric.kind() == Metric.Kind.SHARE
        ? String.format(Locale.ROOT, "%.1f %%", 100 * value)
        : String.format(Locale.ROOT, "%.3f", value);
  }
}
