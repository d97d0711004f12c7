package io.diffusion4j.cli;

import io.diffusion4j.cli.ServerSettings.ServedModel;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.unclip.Residency;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model to load, and how. */
final class ModelOptions {
  /** The names that precisions have on the command line. */
  enum Format {
    f32(Precision.FLOAT32),
    bf16(Precision.BFLOAT16);

    final Precision precision;

    Format(Precision precision) {
      this.precision = precision;
    }
  }

  @Option(
      names = "--model",
      paramLabel = "DIR",
      defaultValue = "${sys:diffusion4j.home:-.}/emoji/model",
      description = "The folder of the model. Default: ${DEFAULT-VALUE}")
  Path folder = Path.of("");

  @Option(
      names = "--precision",
      paramLabel = "FORMAT",
      defaultValue = "f32",
      description = "Number format of the networks: ${COMPLETION-CANDIDATES}. Default: f32")
  Format format = Format.f32;

  /** The folder of the model that ships. */
  static Path defaultFolder() {
    return Path.of(System.getProperty("diffusion4j.home", "."), "emoji", "model");
  }

  /** As a model of the service, by its own name. */
  ServedModel served() {
    return new ServedModel(folder, Optional.empty(), format.precision);
  }

  /** Loads it. */
  LocalModel load(Residency residency) {
    return LocalModel.load(folder, format.precision, residency);
  }
}
