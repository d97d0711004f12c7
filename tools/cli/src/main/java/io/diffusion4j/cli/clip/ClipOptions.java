package io.diffusion4j.cli.clip;

import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.clip.ClipIdentity;
import io.diffusion4j.nn.engine.Precision;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for a CLIP. */
public final class ClipOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      defaultValue = ModelOptions.SHIPPED,
      description =
          "A pipeline folder with an image encoder; a CLIP folder in transformers, "
              + "OpenAI or open_clip format; or ORG/NAME[@REVISION] of a downloaded model. "
              + "Default: ${DEFAULT-VALUE}")
  private Path model = Path.of("");

  @Option(
      names = "--pull",
      description =
          "Download the missing files of a published model. Without this option, "
              + "nothing is downloaded.")
  private boolean pull;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description = "The folder with CLIP's vocabulary files. Default: the model's folder")
  private @Nullable Path tokenizer;

  @Option(
      names = "--precision",
      paramLabel = "FORMAT",
      defaultValue = "f32",
      description = "The number format of the networks: ${COMPLETION-CANDIDATES}. Default: f32")
  private ModelOptions.Format format = ModelOptions.Format.f32;

  private Path folder() {
    model = PublishedModel.folder(model, pull); // found once
    return model;
  }

  /** Opens both towers. */
  public ClipEncoders open() {
    Precision precision = format.precision;
    return ClipEncoders.open(
        folder(), Optional.ofNullable(tokenizer), ModelOptions.compute(precision));
  }

  /** Returns the name of the model for indices and files that must not mix two models. */
  public String identity() {
    return ClipIdentity.of(folder());
  }

  /** Returns the name of the model with its number format. */
  public String identityInFormat() {
    return identity() + " " + format;
  }
}
