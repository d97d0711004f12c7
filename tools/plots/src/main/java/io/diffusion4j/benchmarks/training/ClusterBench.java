package io.diffusion4j.benchmarks.training;

import io.diffusion4j.benchmarks.networks.DecoderSubject;
import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.distributed.LocalCluster;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.group.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.hipparchus.stat.StatUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench cluster}: the cost of training in several processes. */
@Command(
    name = "cluster",
    description = {
      "Measure gradient sums between processes on this machine, and bfloat16 "
          + "training steps of decoder S or of the decoder of --model. A step has the "
          + "same batch in all configurations: one process with one thread, one process "
          + "with --processes threads, and --processes processes with one thread each."
    })
public final class ClusterBench implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--processes",
      paramLabel = "N",
      defaultValue = "2",
      description = "The number of processes, at least 2. Default: ${DEFAULT-VALUE}")
  private int processes;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "A model folder; its decoder is trained instead of decoder S.")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--sizes",
      paramLabel = "MB",
      split = ",",
      defaultValue = "0.00004,1,10,80",
      description = "The sizes of the summed arrays, in megabytes. Default: ${DEFAULT-VALUE}")
  private List<Double> sizes = List.of();

  @Option(
      names = "--sums",
      paramLabel = "FORMAT",
      split = ",",
      defaultValue = "f32,bf16",
      description =
          "The number formats in which processes exchange gradients: f32, bf16. "
              + "Default: ${DEFAULT-VALUE}")
  private List<String> sums = List.of();

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "The batch size of a step. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "The number of measured steps, after two warm-up steps. Default: ${DEFAULT-VALUE}")
  private int steps;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "The number of runs of each configuration, taken in turns; the medians are "
              + "printed, because a machine's speed varies over minutes. Default: "
              + "${DEFAULT-VALUE}")
  private int rounds;

  @Override
  public Integer call() throws IOException {
    Check.that(processes >= 2, "processes", processes, "≥ 2");
    Check.that(batch >= processes, "batch", batch, "≥ %d", processes);
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    Check.that(rounds >= 1, "rounds", rounds, "≥ 1");
    sizes.forEach(size -> Check.positive("sizes", size));
    sums.forEach(Wire::of); // refuses unknown ones at once
    model.ifPresent(DecoderSubject::of); // and folders without a decoder
    Path file = Files.createTempFile("cluster", ".figures");
    try {
      List<Map<String, Double>> one = new ArrayList<>();
      List<Map<String, Double>> threads = new ArrayList<>();
      List<Map<String, Double>> together = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        one.add(alone(1, file));
        threads.add(alone(processes, file));
        together.add(together(file));
      }
      print(medians(one), medians(threads), medians(together));
      return 0;
    } finally {
      Files.delete(file);
    }
  }

  private List<String> arguments(String addresses, int rank, Path file, List<String> wires) {
    return List.of(
        addresses,
        String.valueOf(rank),
        file.toString(),
        String.join(",", sizes.stream().map(String::valueOf).toList()),
        String.join(",", wires),
        String.valueOf(batch),
        String.valueOf(steps),
        model.map(Path::toString).orElse(""));
  }

  private Map<String, Double> alone(int processors, Path file) throws IOException {
    JavaProcess.figures(
        List.of("-XX:ActiveProcessorCount=" + processors),
        ClusterProcess.class,
        arguments("127.0.0.1:1", 0, file, List.of(Wire.FLOAT32.word())));
    return figures(file);
  }

  private Map<String, Double> together(Path file) throws IOException {
    var cluster =
        new LocalCluster(
            processes,
            member -> {
              List<String> line = new ArrayList<>();
              line.add(ClusterProcess.class.getName());
              line.addAll(
                  arguments(String.join(",", member.addresses()), member.rank(), file, sums));
              return line;
            },
            line -> spec.commandLine().getErr().println(line));
    int status = cluster.run();
    Check.that(status == 0, "status of the processes", status, "0");
    return figures(file);
  }

  private static Map<String, Double> figures(Path file) throws IOException {
    Map<String, Double> figures = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file)) {
      int space = line.indexOf(' ');
      figures.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
    }
    return figures;
  }

  /** The medians of figures that all rounds have. */
  private static Map<String, Double> medians(List<Map<String, Double>> rounds) {
    Map<String, Double> medians = new LinkedHashMap<>();
    for (String name : rounds.get(0).keySet()) {
      double[] figures =
          rounds.stream().mapToDouble(figure -> figure.getOrDefault(name, Double.NaN)).toArray();
      medians.put(name, StatUtils.percentile(figures, 50));
    }
    return medians;
  }

  private void print(
      Map<String, Double> one, Map<String, Double> threads, Map<String, Double> together) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%-28s %10s %10s%n", "sum of " + processes + " processes", "ms", "MB/s");
    for (double size : sizes) {
      for (String wire : sums) {
        double millis = together.getOrDefault("sum-" + size + "-" + wire, Double.NaN);
        out.printf(
            Locale.ROOT,
            "%-28s %10.2f %10.0f%n",
            size + " MB in " + wire,
            millis,
            1e3 * size / millis);
      }
    }
    out.printf(
        "%n%-28s %10s %10s %10s %10s %10s%n",
        "step of " + batch + " rows", "forward", "sums", "step ms", "images/s", "of best");
    for (var method : Optimizer.Method.values()) {
      String name = method.name().toLowerCase(Locale.ROOT);
      String alone = name + "-" + Wire.FLOAT32.word();
      double best = threads.getOrDefault(alone + "-step", Double.NaN);
      row(out, name + ", 1 × 1 thread", alone, one, best);
      row(out, name + ", 1 × " + processes + " threads", alone, threads, best);
      for (String wire : sums) {
        String label = name + ", " + processes + " × 1 thread, " + wire;
        row(out, label, name + "-" + wire, together, best);
      }
    }
    out.flush();
  }

  private void row(
      PrintWriter out, String label, String method, Map<String, Double> figures, double best) {
    double step = figures.getOrDefault(method + "-step", Double.NaN);
    out.printf(
        Locale.ROOT,
        "%-28s %10.1f %10.1f %10.1f %10.1f %9.0f%%%n",
        label,
        figures.getOrDefault(method + "-forward", Double.NaN),
        figures.getOrDefault(method + "-sums", Double.NaN),
        step,
        1e3 * batch / step,
        100 * best / step);
  }
}
