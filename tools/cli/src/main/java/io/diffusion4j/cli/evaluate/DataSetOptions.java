package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.options.PictureColumns;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.argument.Check;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options for a data set other than emoji, and for the CLIP to measure with. */
final class DataSetOptions {
  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Evaluate on these captioned pictures instead of emoji; any layout that "
              + "train reads.")
  private List<String> paths = List.of();

  @Mixin private PictureColumns columns = new PictureColumns();

  @Option(
      names = "--clip",
      paramLabel = "DIR",
      description =
          "With --data: the CLIP model (a folder or ORG/NAME) whose embeddings are "
              + "compared. A CLIP model that was not used in training is the stricter judge.")
  private @Nullable Path clip;

  @Option(
      names = "--trained-on",
      paramLabel = "PATH",
      description =
          "With --data: the training pictures of the model, to detect memorized ones. "
              + "Default: the pictures of --data")
  private List<String> trainedOn = List.of();

  boolean isGiven() {
    return !paths.isEmpty();
  }

  String name() {
    return String.join(", ", paths);
  }

  /** Refuses incompatible options. */
  void check() {
    Check.that(clip == null || isGiven(), "clip", clip, "none without --data");
    Check.that(
        trainedOn.isEmpty() || isGiven(),
        "trained-on",
        String.join(", ", trainedOn),
        "none without --data");
    Check.that(clip != null || !isGiven(), "clip", "none", "the folder of a CLIP, beside --data");
  }

  Path clip() {
    if (clip == null) {
      throw Check.refusal("clip", "none", "the folder of a CLIP, beside --data");
    }
    return PublishedModel.folder(clip);
  }

  PictureFiles pictures() {
    return PictureFiles.open("data", paths, columns.columns());
  }

  PictureFiles trainedOn() {
    return trainedOn.isEmpty()
        ? pictures()
        : PictureFiles.open("trained-on", trainedOn, columns.columns());
  }
}
