package io.diffusion4j.benchmarks;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The model that a subcommand is about. */
final class ModelOption {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      defaultValue = Bench.SHIPPED,
      description = "The folder of the model. Default: ${DEFAULT-VALUE}")
  Path folder = Path.of("");
}
