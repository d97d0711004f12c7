package io.diffusion4j.benchmarks.images;

import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.benchmarks.report.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Measures the time from the start of a process to its first image, and of an image in a warm
 * process.
 */
public final class ImageBenchmark {
  private static final Set<String> START =
      Set.of(FirstImage.JVM, FirstImage.NATIVES, FirstImage.WEIGHTS);

  private ImageBenchmark() {}

  /** Starts a new process, so that nothing is warm. */
  public static void measure(Path folder, ImageSettings settings, Consumer<Row> rows) {
    List<String> arguments = new ArrayList<>(List.of(folder.toString()));
    arguments.addAll(settings.toArguments());
    Map<String, Double> figures = JavaProcess.figures(FirstImage.class, arguments);
    figures.forEach(
        (name, value) -> {
          if (START.contains(name)) {
            rows.accept(row("start-up: " + name, settings, value));
          } else if (name.equals(FirstImage.FIRST)) {
            rows.accept(row("from process start to first image", settings, value));
          } else if (name.equals(FirstImage.OUTSIDE)) {
            double total = figures.getOrDefault(FirstImage.TOTAL, Double.NaN);
            rows.accept(
                row("whole image: but for networks", settings, value)
                    .with(Figure.FRACTION, value / total));
          } else if (name.equals(FirstImage.MEMORY)) {
            rows.accept(Row.of("peak memory of that process").with(Figure.MEBIBYTES, value));
          } else if (name.equals(FirstImage.TOTAL)) {
            rows.accept(
                row("whole image", settings, value).with(Figure.IMAGES_PER_SECOND, 1e3 / value));
          } else {
            rows.accept(row("whole image: " + name, settings, value));
          }
        });
  }

  private static Row row(String name, ImageSettings settings, double millis) {
    return Row.of(name, 1, settings.precision()).with(Figure.MILLISECONDS, millis);
  }
}
