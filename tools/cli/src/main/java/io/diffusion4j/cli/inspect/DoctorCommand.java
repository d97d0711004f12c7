package io.diffusion4j.cli.inspect;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.options.ExampleOptions;
import io.diffusion4j.cli.options.GpuOption;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood.Example;
import io.diffusion4j.distributed.ClusterSpec;
import io.diffusion4j.pipeline.Diagnosis;
import io.diffusion4j.pipeline.Diagnosis.Level;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.training.events.TrainingHealth;
import io.diffusion4j.unclip.UnclipFamily;
import io.diffusion4j.unclip.doctor.Doctor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffusion4j doctor}: examines a model, training runs, a cluster or this machine. */
@Command(
    name = "doctor",
    description = "Diagnose whether a model is untrained, misconfigured or broken.",
    footer = {
      "",
      "Every denoising network is run on noised real pictures. Its error is "
          + "compared with two baselines that need no network: x0 = the mean of the "
          + "data, and eps = the scaled noisy sample. For Stable Diffusion, the text "
          + "encoder and autoencoder are checked too, and a picture is drawn. The exit "
          + "status is 0 if all parts are sound, else 1.",
      "",
      "With --state, training runs are examined instead of the model: their "
          + "metrics, and the problems that the metrics indicate. With --machine, this "
          + "machine is examined.",
      "",
      "Examples:",
      "  diffusion4j doctor --model training/emoji/model",
      "  diffusion4j doctor --state training/emoji/state",
      "  diffusion4j doctor --machine --require-gpu"
    })
public final class DoctorCommand implements Callable<Integer> {
  /** The number of emoji; large networks are evaluated on fewer. */
  private static final int DEFAULT = 32;

  /** The number and size of emoji for families other than unCLIP, whose networks are larger. */
  private static final int FEW = 2;

  private static final int SIDE = 256;

  @Mixin private Console console = new Console();

  @Mixin private ExampleOptions examples = new ExampleOptions();

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "Examine the training runs, finished or not, whose state is in this folder: "
              + "validation losses, cosines, accuracy, gradients, and time spent waiting for "
              + "data.")
  private @Nullable Path state;

  @Option(
      names = "--cluster",
      paramLabel = "HOST:PORT,...",
      description =
          "Check the cluster of a distributed training run instead. Run the command in "
              + "all processes, each with its own --task, as for train. It reports host "
              + "names, builds, processors and the time to sum gradients.")
  private @Nullable String cluster;

  @Option(
      names = "--task",
      paramLabel = "I",
      defaultValue = "0",
      description = "The index of this process in --cluster, from 0. Default: ${DEFAULT-VALUE}")
  private int task;

  @Option(
      names = "--machine",
      description =
          "Examine this machine instead: Java, processor, memory, engines, "
              + "accelerators, folders and the server's port. The exit status is 0 if all of "
              + "them are usable, else 1.")
  private boolean machine;

  @Mixin private GpuOption gpu = new GpuOption();

  @Option(
      names = "--drawing",
      paramLabel = "FILE",
      description = "For Stable Diffusion: write the picture that is drawn as a test to this file.")
  private @Nullable Path drawing;

  @Spec private CommandSpec command = CommandSpec.create();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Override
  public Integer call() throws IOException {
    if (machine) {
      return new MachineHealth(gpu.isRequired()).examine(console.out()) ? 0 : FailureHandler.FAILED;
    }
    Check.that(!gpu.isRequired(), "require-gpu", "without --machine", "with --machine");
    if (cluster != null) {
      var spec = ClusterSpec.of(cluster, task);
      Check.that(spec.size() >= 2, "cluster", cluster, "at least two addresses");
      new ClusterHealth(spec, command.root().commandLine().getCommandSpec().version()[0])
          .examine(console);
      return 0;
    }
    if (state != null) {
      List<TrainingHealth> trainings = TrainingHealth.of(state);
      trainings.forEach(training -> training.print(console.out()));
      console.out().flush();
      return trainings.stream().allMatch(TrainingHealth::isWell) ? 0 : FailureHandler.FAILED;
    }
    model.loras().requireNone("doctor");
    var students = Students.in(model.folder());
    if (!students.isEmpty()) {
      console.say(students.words());
    }
    List<Diagnosis> diagnoses =
        OpenPipeline.familyAt(model.folder())
            .filter(family -> !(family instanceof UnclipFamily))
            .map(this::others)
            .orElseGet(this::unclip);
    print(diagnoses, console.out());
    return diagnoses.stream().allMatch(Diagnosis::isWell) ? 0 : FailureHandler.FAILED;
  }

  private List<Diagnosis> unclip() {
    Check.that(drawing == null, "drawing", drawing, "none; unCLIP is examined without drawing");
    var of = examples.of(model.folder(), DEFAULT);
    console.say("examining " + model.folder());
    return new Doctor(
            model.folder(), model.measuring(), of.pictures(), of.exchanges(), of.count(), of.seed())
        .diagnoses();
  }

  private List<Diagnosis> others(ModelFamily family) {
    var of = examples.of(SIDE, FEW);
    console.say("examining " + model.folder());
    List<Example> pictures =
        LongStream.range(0, of.count())
            .mapToObj(of.pictures()::get)
            .map(each -> new Example(each.image(), each.caption(), OptionalInt.empty()))
            .toList();
    return family.examine(model.folder(), model.opening(), pictures, of.seed(), this::write);
  }

  private void write(Image image) {
    if (drawing == null) {
      return;
    }
    try {
      Files.write(drawing, Png.encode(image, Map.of()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + drawing + ": " + e, e);
    }
  }

  private static void print(List<Diagnosis> diagnoses, PrintWriter out) {
    if (diagnoses.stream().anyMatch(diagnosis -> !diagnosis.levels().isEmpty())) {
      out.printf(
          "%-16s %5s %8s %10s %10s %10s%n", "part", "t", "ᾱ", "error", "x0 = mean", "eps = x_t");
    }
    for (Diagnosis diagnosis : diagnoses) {
      for (Level level : diagnosis.levels()) {
        out.printf(
            Locale.ROOT,
            "%-16s %5d %8.5f %10.5f %10.5f %10.5f%n",
            diagnosis.part(),
            level.t(),
            level.alphaBar(),
            level.error(),
            level.mean(),
            level.scaled());
      }
    }
    out.println();
    for (Diagnosis diagnosis : diagnoses) {
      out.printf("%s: %s: %s%n", diagnosis.part(), diagnosis.verdict().word(), diagnosis.finding());
    }
    out.flush();
  }
}
