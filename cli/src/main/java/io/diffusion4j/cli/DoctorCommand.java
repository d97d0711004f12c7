package io.diffusion4j.cli;

import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.emoji.train.Preset;
import io.diffusion4j.emoji.train.Recipe;
import io.diffusion4j.local.LocalModel;
import io.diffusion4j.local.ModelFacts;
import io.diffusion4j.tf.train.CaptionedImages;
import io.diffusion4j.unclip.doctor.Diagnosis;
import io.diffusion4j.unclip.doctor.Diagnosis.Level;
import io.diffusion4j.unclip.doctor.Doctor;
import io.diffusion4j.unclip.doctor.Verdict;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffusion4j doctor}: why a model draws only noise. */
@Command(
    name = "doctor",
    description = "Tell a wrong configuration from a model that was not trained.",
    footer = {
      "",
      "Every network denoises real pictures. Its error is shown beside those of two answers that",
      "need no network: x0 = the mean of the data, and eps = the noisy sample, scaled. The answers",
      "are also read as if the folder had other prediction types, schedules and timesteps.",
      "The status is 0 if no part is untrained, misconfigured or broken, else 1.",
      "",
      "Example:",
      "  diffusion4j doctor --model training/emoji/model"
    })
final class DoctorCommand implements Callable<Integer> {
  private static final Set<Verdict> WELL = Set.of(Verdict.OK, Verdict.UNEXAMINED);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--count",
      paramLabel = "N",
      description =
          "How many pictures; the large networks are asked about fewer. Default: 32, or all of"
              + " the folder")
  private @Nullable Integer count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of pictures and noise. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Examine with the PNG and JPEG files of this folder instead of emoji, such as the model"
              + " should draw; NAME.txt beside NAME.png is its caption.")
  private @Nullable Path images;

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Override
  public Integer call() {
    if (seed < 0) {
      throw new IllegalArgumentException("seed: " + seed + " (expected: ≥ 0)");
    }
    PictureFolder pictures = images == null ? null : PictureFolder.of(images);
    int size = count != null ? count : pictures == null ? 32 : pictures.files().size();
    if (pictures != null && size > pictures.files().size()) {
      throw new IllegalArgumentException(
          "count: "
              + size
              + " (expected: at most the "
              + pictures.files().size()
              + " of "
              + images
              + ")");
    }
    if (size < 2) {
      throw new IllegalArgumentException("count: " + size + " (expected: ≥ 2)");
    }
    LocalModel.requirePipeline(model.folder);
    say("examining " + model.folder);
    List<Diagnosis> diagnoses =
        new Doctor(
                model.folder,
                model.format.precision,
                pictures == null ? emoji() : pictures,
                size,
                seed)
            .diagnoses();
    print(diagnoses, spec.commandLine().getOut());
    boolean isWell = diagnoses.stream().map(Diagnosis::verdict).allMatch(WELL::contains);
    return isWell ? 0 : FailureHandler.FAILED;
  }

  /** Such as the model was trained with, as large as it draws. */
  private CaptionedImages emoji() {
    String name = ModelFacts.of(model.folder, 1).name();
    Preset preset = name.equals(ModelFacts.NAMELESS) ? Preset.emoji() : Preset.named(name);
    return Recipe.pictures(preset, Split.TRAIN, seed, preset.imageSize());
  }

  private static void print(List<Diagnosis> diagnoses, PrintWriter out) {
    out.printf(
        "%-16s %5s %8s %10s %10s %10s%n", "part", "t", "ᾱ", "error", "x0 = mean", "eps = x_t");
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

  private void say(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }
}
