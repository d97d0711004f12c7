package io.diffusion4j.evaluation.report;

import io.diffusion4j.evaluation.Estimate;
import io.diffusion4j.evaluation.Metric;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The cells of a table of metrics, as text. */
final class Numbers {
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

  private Numbers() {}

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

  /** The number of the model's pictures. */
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
