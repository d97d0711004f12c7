package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.benchmarks.report.ModelOption;
import io.diffusion4j.cli.inspect.ProcessMemory;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench memory}: measures whether memory grows during training, native memory included. */
@Command(
    name = "memory",
    description = {
      "Train a model's decoder in a separate process with a fixed heap size. After "
          + "each tenth of the steps, print the resident memory, also as a fraction of "
          + "the first measurement."
    })
public final class MemoryBench implements Callable<Integer> {
  private static final List<String> FIXED_HEAP = List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");

  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "2000",
      description = "The number of training steps. Default: ${DEFAULT-VALUE}")
  private long steps;

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(1);

  @Override
  public Integer call() throws IOException, InterruptedException {
    Check.that(steps >= TrainingMemory.TIMES, "steps", steps, "≥ " + TrainingMemory.TIMES);
    List<String> arguments =
        List.of(model.folder().toString(), Integer.toString(batch.size()), Long.toString(steps));
    return JavaProcess.of(FIXED_HEAP, TrainingMemory.class, arguments)
        .inheritIO()
        .start()
        .waitFor();
  }

  /** A process that trains the decoder of a folder, and prints its resident memory at intervals. */
  static final class TrainingMemory {
    /** The number of prints. */
    static final int TIMES = 10;

    private TrainingMemory() {}

    /** Arguments: the folder, samples of a step, steps. */
    public static void main(String[] args) {
      print(
          Path.of(args[0]),
          Integer.parseInt(args[1]),
          Long.parseLong(args[2]),
          new PrintStream(System.out, true, StandardCharsets.UTF_8));
    }

    /** Prints a line after every tenth of the steps: steps, MiB, and the fraction of the first. */
    static void print(Path folder, int batchSize, long steps, PrintStream out) {
      var subject = DecoderSubject.of(folder);
      var batch = TrainingBenchmark.batch(subject, batchSize);
      out.printf("%9s %9s %9s%n", "steps", Figure.MEBIBYTES.header(), Figure.FRACTION.header());
      try (var trainer = TrainingBenchmark.trainer(subject, batchSize, Precision.BFLOAT16)) {
        double first = 0;
        for (long step = 1; step <= steps; step++) {
          trainer.step(batch);
          if (step % (steps / TIMES) == 0) {
            double resident = ProcessMemory.residentMebibytes().orElse(Double.NaN);
            first = first == 0 ? resident : first;
            out.printf(Locale.ROOT, "%9d %9.1f %9.3f%n", step, resident, resident / first);
          }
        }
      }
    }
  }
}
