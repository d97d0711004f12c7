package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.cli.inspect.ProcessMemory;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.hipparchus.stat.StatUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench checkpointing}: measures the time that gradient checkpointing costs, and the memory
 * that it saves.
 */
@Command(
    name = "checkpointing",
    description = {
      "Measure gradient checkpointing: train a decoder with random weights in "
          + "bfloat16 with its activations stored, and with its activations recomputed. "
          + "Separate processes train with batch size 1 and with --batch. The activation "
          + "memory of a sample is the amount that each additional sample adds to the "
          + "peak memory."
    })
public final class CheckpointingBench implements Callable<Integer> {
  /** The heap is allocated completely at the start, so that peaks differ only by native memory. */
  private static final List<String> HEAP = List.of("-Xms6g", "-Xmx6g", "-XX:+AlwaysPreTouch");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--large",
      description =
          "Measure decoder M (64×64 pixels, 108 million parameters) instead of decoder S.")
  private boolean large;

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(8);

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "The number of measured steps, after one warm-up step. Default: ${DEFAULT-VALUE}")
  private int steps;

  /** The measurement of one treatment of activations. */
  private record Measured(double processor, double time, double peak, double perSample) {}

  @Override
  public Integer call() {
    batch.atLeast(2);
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    Map<Activations, Measured> measured = new EnumMap<>(Activations.class);
    for (Activations activations : Activations.values()) {
      measured.put(activations, measure(activations));
    }
    var out = spec.commandLine().getOut();
    out.printf(
        "%-12s %12s %14s %10s %16s%n",
        "activations", "ms a step", "processor ms", "peak MiB", "MiB of a sample");
    Measured kept = measured.getOrDefault(Activations.KEPT, new Measured(1, 1, 1, 1));
    measured.forEach(
        (activations, one) -> {
          String word = activations.name().toLowerCase(Locale.ROOT);
          print(word, one);
          print("", ratio(one, kept));
        });
    out.flush();
    return 0;
  }

  private void print(String name, Measured m) {
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%-12s %12.2f %14.2f %10.2f %16.2f%n",
            name,
            m.time,
            m.processor,
            m.peak,
            m.perSample);
  }

  private static Measured ratio(Measured one, Measured other) {
    return new Measured(
        one.processor / other.processor,
        one.time / other.time,
        one.peak / other.peak,
        one.perSample / other.perSample);
  }

  private Measured measure(Activations activations) {
    Map<String, Double> alone = run(1, activations);
    Map<String, Double> together = run(batch.size(), activations);
    double peak = value(together, RecomputedStep.PEAK);
    return new Measured(
        value(together, RecomputedStep.PROCESSOR),
        value(together, RecomputedStep.TIME),
        peak,
        (peak - value(alone, RecomputedStep.PEAK)) / (batch.size() - 1));
  }

  private static double value(Map<String, Double> figures, String name) {
    return figures.getOrDefault(name, Double.NaN);
  }

  private Map<String, Double> run(int rows, Activations activations) {
    return JavaProcess.figures(
        HEAP,
        RecomputedStep.class,
        List.of(
            large ? "M" : "S",
            Integer.toString(rows),
            Integer.toString(steps),
            activations.name()));
  }

  /** A process that trains a decoder for some steps, and prints the cost of a step. */
  static final class RecomputedStep {
    /** The median CPU time of a step, of all threads, in ms. */
    static final String PROCESSOR = "processor";

    /** The median time of a step, in ms. */
    static final String TIME = "time";

    /** The peak resident memory, in MiB. */
    static final String PEAK = "peak";

    private RecomputedStep() {}

    /** Arguments: S or M, samples of a step, steps, the treatment of activations. */
    public static void main(String[] args) {
      var subject = args[0].equals("M") ? DecoderSubject.medium() : DecoderSubject.small();
      int rows = Integer.parseInt(args[1]);
      double[] processor = new double[Integer.parseInt(args[2])];
      double[] time = new double[processor.length];
      var batch = TrainingBenchmark.batch(subject, rows);
      var activations = Activations.valueOf(args[3]);
      try (var trainer =
          TrainingBenchmark.trainer(subject, rows, Precision.BFLOAT16, activations)) {
        trainer.step(batch);
        for (int step = 0; step < processor.length; step++) {
          double spent = seconds();
          long begin = System.nanoTime();
          trainer.step(batch);
          time[step] = (System.nanoTime() - begin) / 1e6;
          processor[step] = 1e3 * (seconds() - spent);
        }
      }
      JavaProcess.report(
          Map.of(
              PROCESSOR,
              StatUtils.percentile(processor, 50),
              TIME,
              StatUtils.percentile(time, 50),
              PEAK,
              ProcessMemory.peakMebibytes().orElse(Double.NaN)));
    }

    private static double seconds() {
      return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
    }
  }
}
