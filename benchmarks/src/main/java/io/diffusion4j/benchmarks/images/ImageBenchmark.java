package io.diffusion4j.benchmarks.images;

import io.diffusion4j.benchmarks.process.JavaProcess;
import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** From the start of a process to its first image, and a whole image once it runs. */
public final class ImageBenchmark {
  private static final Set<String> START =
      Set.of(FirstImage.JVM, FirstImage.NATIVES, FirstImage.WEIGHTS);

  private ImageBenchmark() {}

  /** Starts a process of its own, so that nothing is warm. */
  public static void measure(Path folder, ImageSettings settings, Consumer<Row> rows) {
    Map<String, Double> told = ask(folder, settings);
    told.forEach(
        (name, value) -> {
          if (START.contains(name)) {
            rows.accept(row("start-up: " + name, settings, value));
          } else if (name.equals(FirstImage.FIRST)) {
            rows.accept(row("from process start to first image", settings, value));
          } else if (name.equals(FirstImage.OUTSIDE)) {
            double total = told.getOrDefault(FirstImage.TOTAL, Double.NaN);
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

  private static Map<String, Double> ask(Path folder, ImageSettings settings) {
    List<String> arguments = new ArrayList<>();
    arguments.add(folder.toString());
    arguments.addAll(settings.toArguments());
    var builder =
        JavaProcess.of(List.of(), FirstImage.class, arguments)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putIfAbsent("TF_CPP_MIN_LOG_LEVEL", "2"); // warnings and worse
    Map<String, Double> told = new LinkedHashMap<>();
    try {
      Process process = builder.start();
      try (BufferedReader lines = process.inputReader()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          String[] words = line.split(" ", -1);
          if (words.length == 3 && words[0].equals(FirstImage.MARK)) {
            told.put(words[1], Double.parseDouble(words[2]));
          }
        }
      }
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(
            "exit status of the image process: " + status + " (expected: 0)");
      }
      return told;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot start " + builder.command().get(0) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the image process", e);
    }
  }
}
