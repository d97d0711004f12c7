package io.diffusion4j.benchmarks;

import io.diffusion4j.tf.nn.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tensorflow.TensorFlow;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The program: measures this machine's peak and, as fractions of it, denoiser calls, training
 * steps, start-up, whole images and samplers, and prints one table.
 *
 * <p>Run it by {@link #main}, by {@link #run}, or as a subcommand of a picocli command line.
 */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures this machine and what Diffusion4J makes of it.",
      "Speeds are given in GFLOP/s and as fractions of the machine's 3×3 convolution in float32."
    })
public final class Bench implements Callable<Integer> {
  private static final int FAILED = 1;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "a pipeline folder to measure besides: its decoder, start-up, whole images")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--large",
      description = "also a decoder of 64×64 pixels and 108 million parameters (minutes)")
  private boolean large;

  @Option(names = "--quick", description = "few runs: to see that it works, not to quote")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "also write the rows as JSON")
  private Optional<Path> json = Optional.empty();

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "N",
      description = "steps of prior, decoder and upsampler for the whole image (25,25,7)")
  private List<Integer> steps = List.of(25, 25, 7);

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description = "float32 or bfloat16, for the whole image (bfloat16)")
  private String precision = "bfloat16";

  /** Runs the program and exits with its status. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /**
   * Runs the program on the standard streams.
   *
   * @return its exit status: 0 if all went well, 1 if a measurement failed, 2 if the arguments did
   *     not make sense; what was wrong is said in one line on the standard error
   */
  public static int run(String... args) {
    return new CommandLine(new Bench())
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              command.getErr().println("bench: " + e.getMessage());
              command.getErr().flush();
              return FAILED;
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException {
    var image = image();
    var plan = quick ? Plan.quick(model, large, image) : Plan.full(model, large, image);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "Java %s, TensorFlow %s, %d processors%n",
        Runtime.version().feature(),
        TensorFlow.version(),
        Runtime.getRuntime().availableProcessors());
    Table.printHeader(out);
    var rows = Measurements.take(plan, row -> Table.print(out, row));
    if (json.isPresent()) {
      Table.writeJson(json.get(), rows);
    }
    return CommandLine.ExitCode.OK;
  }

  private ImageSettings image() {
    if (steps.size() != 3 || steps.stream().anyMatch(n -> n < 1)) {
      throw usage("--steps: " + steps + " (expected: three numbers ≥ 1)");
    }
    return new ImageSettings(steps.get(0), steps.get(1), steps.get(2), precision());
  }

  private Precision precision() {
    for (Precision candidate : Precision.values()) {
      if (candidate.name().toLowerCase(Locale.ROOT).equals(precision)) {
        return candidate;
      }
    }
    throw usage("--precision: " + precision + " (expected: one of float32, bfloat16)");
  }

  private CommandLine.ParameterException usage(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
