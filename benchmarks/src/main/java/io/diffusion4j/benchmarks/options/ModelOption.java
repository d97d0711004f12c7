package io.diffusion4j.benchmarks.options;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The model that a subcommand is about. */
public final class ModelOption {
  /** The folder of the model that ships. */
  public static final String SHIPPED = "${sys:diffusion4j.home:-.}/emoji/model";

  @Option(
      names = "--model",
      paramLabel = "DIR",
      defaultValue = SHIPPED,
      description = "The folder of the model. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("");

  /** The folder of the model. */
  public Path folder() {
    return folder;
  }
}
