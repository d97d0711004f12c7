package io.diffusion4j.benchmarks;

import io.diffusion4j.benchmarks.images.ImageBenchmark;
import io.diffusion4j.benchmarks.images.ImageSettings;
import io.diffusion4j.benchmarks.images.LoadingBench;
import io.diffusion4j.benchmarks.images.ServerBench;
import io.diffusion4j.benchmarks.networks.CheckpointingBench;
import io.diffusion4j.benchmarks.networks.ConvolutionPeak;
import io.diffusion4j.benchmarks.networks.CostBench;
import io.diffusion4j.benchmarks.networks.DecoderBenchmark;
import io.diffusion4j.benchmarks.networks.DecoderSubject;
import io.diffusion4j.benchmarks.networks.GuidedStepBenchmark;
import io.diffusion4j.benchmarks.networks.MemoryBench;
import io.diffusion4j.benchmarks.networks.MemoryPeaks;
import io.diffusion4j.benchmarks.networks.Profile;
import io.diffusion4j.benchmarks.networks.ProfileReport;
import io.diffusion4j.benchmarks.networks.TrainingBenchmark;
import io.diffusion4j.benchmarks.networks.TransformerTraining;
import io.diffusion4j.benchmarks.peers.PeersBench;
import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.ModelOption;
import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.report.Table;
import io.diffusion4j.benchmarks.samplers.SamplersBench;
import io.diffusion4j.benchmarks.samplers.StepBenchmark;
import io.diffusion4j.benchmarks.samplers.StepsBench;
import io.diffusion4j.benchmarks.training.ClusterBench;
import io.diffusion4j.benchmarks.training.DataBench;
import io.diffusion4j.benchmarks.training.EmbedBench;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.unclip.Defaults;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.tensorflow.TensorFlow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code diffusion4j bench}: measures this machine's peak and, as fractions of it, denoiser calls,
 * training steps, start-up, whole images and samplers, and prints one table.
 */
@Command(
    name = "bench",
    description = {
      "Measure the speed of this machine, and the fraction of it that Diffusion4J reaches.",
      "Speeds are in GFLOP/s, and in fractions of the speed of a 3×3 convolution "
          + "in float32 on this machine."
    },
    subcommands = {
      SamplersBench.class,
      StepsBench.class,
      CostBench.class,
      MemoryBench.class,
      CheckpointingBench.class,
      ClusterBench.class,
      DataBench.class,
      EmbedBench.class,
      LoadingBench.class,
      PeersBench.class,
      ServerBench.class
    })
public final class Bench implements Callable<Integer> {
  /** The JIT compiler is still working while the first images are drawn. */
  private static final int WARMUP_IMAGES = 10;

  private static final int IMAGES = 11;

  /** The names of precisions on the command line. */
  private enum Format {
    f32(Precision.FLOAT32),
    bf16(Precision.BFLOAT16),
    int8(Precision.INT8),
    exact(Precision.EXACT);

    private final Precision precision;

    Format(Precision precision) {
      this.precision = precision;
    }
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      defaultValue = ModelOption.SHIPPED,
      description =
          "The model folder; its decoder, start-up time and time per image are "
              + "measured. Default: ${DEFAULT-VALUE}")
  private Path model = Path.of("");

  @Option(
      names = "--large",
      description =
          "Also measure a decoder with 64×64 pixels and 108 million parameters, which "
              + "takes minutes.")
  private boolean large;

  @Option(
      names = "--quick",
      description =
          "Run each measurement only a few times, as a smoke test; do not quote the results.")
  private boolean quick;

  @Mixin private CommonOptions.JsonFile json = new CommonOptions.JsonFile();

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description = {
        "Only profile the networks: print the ten most expensive kinds of operation "
            + "of decoder S and of the model's decoder, at batch sizes 1 and 8. Also write "
            + "a trace to FILE, for chrome://tracing or Perfetto."
      })
  private Optional<Path> profile = Optional.empty();

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "N",
      defaultValue =
          Defaults.PRIOR_STEPS + "," + Defaults.DECODER_STEPS + "," + Defaults.SUPER_RES_STEPS,
      description =
          "The numbers of steps of prior, decoder and upsampler for whole images. "
              + "Default: ${DEFAULT-VALUE}")
  private List<Integer> steps = List.of();

  @Option(
      names = "--precision",
      paramLabel = "FORMAT",
      defaultValue = "bf16",
      description =
          "The number format of the networks for whole images and the profile: "
              + "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Format format = Format.bf16;

  @Override
  public Integer call() throws IOException {
    if (profile.isPresent()) {
      profile(profile.get());
    } else {
      measure();
    }
    return 0;
  }

  private void profile(Path file) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<Profile> profiles = new ArrayList<>();
    for (DecoderSubject subject : List.of(DecoderSubject.small(), DecoderSubject.of(model))) {
      for (int batch : Plan.BATCHES) {
        var of = Profile.of(subject, batch, format.precision);
        ProfileReport.print(out, of);
        profiles.add(of);
      }
    }
    ProfileReport.writeTrace(file, profiles);
    out.println(file);
  }

  private void measure() throws IOException {
    var plan = Plan.of(Optional.of(model), large, quick, image());
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "Java %s, TensorFlow %s, %d processors%n",
        Runtime.version().feature(),
        TensorFlow.version(),
        Runtime.getRuntime().availableProcessors());
    Table.printHeader(out);
    var rows = Measurements.take(plan, row -> Table.print(out, row));
    if (json.path().isPresent()) {
      Table.writeJson(json.path().get(), rows);
    }
  }

  private ImageSettings image() {
    boolean fit = steps.size() == 3 && steps.stream().allMatch(n -> n >= 1);
    Check.that(fit, "steps", steps, "three numbers ≥ 1");
    return new ImageSettings(
        steps.get(0),
        steps.get(1),
        steps.get(2),
        format.precision,
        quick ? 1 : WARMUP_IMAGES,
        quick ? 1 : IMAGES);
  }

  /** Carries out a {@link Plan}. */
  static final class Measurements {
    private static final long SEED = 1;

    private Measurements() {}

    /** Measures everything, the peak first. */
    static List<Row> take(Plan plan, Consumer<Row> watcher) {
      List<Row> rows = new ArrayList<>();
      Consumer<Row> sink =
          row -> {
            rows.add(row);
            watcher.accept(row);
          };
      var peaks = new MemoryPeaks();
      Consumer<Row> networks = row -> sink.accept(peaks.noted(row));
      Row convolution = ConvolutionPeak.measure(plan.peak(), SEED);
      sink.accept(convolution);
      double peak = convolution.figure(Figure.GFLOPS).orElseThrow();
      for (DecoderSubject decoder : plan.decoders()) {
        DecoderBenchmark.measure(decoder, plan.batches(), plan.calls(), peak, networks);
      }
      for (DecoderSubject decoder : plan.training()) {
        GuidedStepBenchmark.measure(decoder, plan.batches(), plan.calls(), networks);
      }
      for (DecoderSubject decoder : plan.training()) {
        TrainingBenchmark.measure(decoder, plan.trainingBatch(), plan.steps(), peak, networks);
      }
      plan.model()
          .ifPresent(folder -> TransformerTraining.measure(folder, plan.steps(), peak, networks));
      plan.model().ifPresent(folder -> ImageBenchmark.measure(folder, plan.image(), sink));
      StepBenchmark.measure(plan.samplers(), plan.samplerSteps(), sink);
      sink.accept(peaks.ofAll(Row.of("peak memory of all of this")));
      return rows;
    }
  }
}
