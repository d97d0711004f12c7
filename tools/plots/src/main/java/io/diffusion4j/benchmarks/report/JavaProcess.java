package io.diffusion4j.benchmarks.report;

import io.diffusion4j.nn.engine.Engines;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A separate process for a measurement, in which nothing is warm and nothing else runs. */
public final class JavaProcess {
  private static final String MARK = "diffusion4j.bench";

  private JavaProcess() {}

  /**
   * Runs a class of this class path, with the engine that this process selects.
   *
   * @param flags the flags of the JVM
   */
  public static ProcessBuilder of(List<String> flags, Class<?> main, List<String> arguments) {
    return of(List.of(), flags, main, arguments);
  }

  /**
   * Runs a class like {@link #of(List, Class, List)}, with more jars.
   *
   * @param jars the jars before those of this class path
   * @param flags the flags of the JVM
   */
  public static ProcessBuilder of(
      List<Path> jars, List<String> flags, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-D" + Engines.PROPERTY + "=" + Engines.asked());
    command.add(main.getName());
    command.addAll(arguments);
    var builder = new ProcessBuilder(command);
    // Not an argument: ONNX Runtime 1.29.0 ends a process whose command line is too long.
    builder.environment().put("CLASSPATH", classPath(jars));
    return builder;
  }

  private static String classPath(List<Path> jars) {
    return Stream.concat(
            jars.stream().map(Path::toString), Stream.of(System.getProperty("java.class.path")))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /**
   * Runs a class of this class path that prints figures by {@link #report}.
   *
   * @return the figures by name, in their order
   */
  public static Map<String, Double> figures(Class<?> main, List<String> arguments) {
    return figures(List.of(), main, arguments);
  }

  /**
   * Runs a class like {@link #figures(Class, List)}, with flags of the JVM.
   *
   * @param flags the flags of the JVM
   */
  public static Map<String, Double> figures(
      List<String> flags, Class<?> main, List<String> arguments) {
    var builder = of(flags, main, arguments).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putIfAbsent("TF_CPP_MIN_LOG_LEVEL", "2"); // warnings and worse
    Map<String, Double> figures = new LinkedHashMap<>();
    try {
      Process process = builder.start();
      try (BufferedReader lines = process.inputReader()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          parse(line).ifPresent(figure -> figures.put(figure.getKey(), figure.getValue()));
        }
      }
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(
            "exit status of " + main.getSimpleName() + ": " + status + " (expected: 0)");
      }
      return figures;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot start " + builder.command().get(0) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a measurement", e);
    }
  }

  /** Returns the figure in a line of a child's output; empty for other lines. */
  public static Optional<Map.Entry<String, Double>> parse(String line) {
    String[] words = line.split(" ", -1);
    return words.length == 3 && words[0].equals(MARK)
        ? Optional.of(Map.entry(words[1], Double.parseDouble(words[2])))
        : Optional.empty();
  }

  /** Prints figures for the parent process: a marker, name and value per line. */
  public static void report(Map<String, Double> figures) {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    figures.forEach((name, value) -> out.println(MARK + " " + name + " " + value));
  }
}
