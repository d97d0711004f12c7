package io.diffusion4j.cli.options;

import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.local.LocalModel;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.PriorChoice;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.unclip.Residency;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model to load, and how. */
public final class ModelOptions {
  /** The names that precisions have on the command line. */
  public enum Format {
    f32(Precision.FLOAT32),
    bf16(Precision.BFLOAT16);

    public final Precision precision;

    Format(Precision precision) {
      this.precision = precision;
    }
  }

  /** The same, or what suits the model. */
  public enum FormatChoice {
    auto(Optional.empty()),
    f32(Optional.of(Precision.FLOAT32)),
    bf16(Optional.of(Precision.BFLOAT16));

    public final Optional<Precision> precision;

    FormatChoice(Optional<Precision> precision) {
      this.precision = precision;
    }
  }

  /** What {@link FormatChoice} is, in a word of help. */
  public static final String FORMATS =
      "Number format of the networks: ${COMPLETION-CANDIDATES}. Default: auto, which is bf16 for"
          + " weights that are stored in 16 bits where the processor multiplies such numbers,"
          + " else f32; for doctor, measure and nll it is f32";

  @Option(
      names = "--model",
      paramLabel = "DIR",
      defaultValue = "${sys:diffusion4j.home:-.}/emoji/model",
      description = "The folder of the model. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("");

  @Option(
      names = "--precision",
      paramLabel = "FORMAT",
      defaultValue = "auto",
      description = FORMATS)
  FormatChoice format = FormatChoice.auto;

  /** The folder of the model. */
  public Path folder() {
    return folder;
  }

  /** Chooses another folder. */
  public void setFolder(Path newFolder) {
    folder = newFolder;
  }

  /** The folder of the model that ships. */
  public static Path defaultFolder() {
    return Path.of(System.getProperty("diffusion4j.home", "."), "emoji", "model");
  }

  /** The service of it within this process: the same requests, checks and files as at a server. */
  public LocalGeneration serve(Residency residency, PriorChoice prior) {
    return LocalGeneration.of(
        LocalModels.load(List.of(served().withPrior(prior)), residency), ServerConfig.loopback());
  }

  /** The number format to measure it in: small differences count there, so float32 unless told. */
  public Precision measuringPrecision() {
    return format.precision.orElse(Precision.FLOAT32);
  }

  /** Loads it. */
  public LocalModel load(Residency residency) {
    return LocalModel.load(served(), residency);
  }

  /** Loads it to draw with this prior. */
  public LocalModel load(Residency residency, PriorChoice prior) {
    return LocalModel.load(served().withPrior(prior), residency);
  }

  private ServedModel served() {
    return new ServedModel(folder, Optional.empty(), format.precision);
  }
}
