package io.diffusion4j.benchmarks.report;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The model option of a subcommand. */
public final class ModelOption {
  /** The folder of the shipped model. */
  public static final String SHIPPED = "${sys:diffusion4j.home:-.}/emoji/model";

  @Option(
      names = "--model",
      paramLabel = "DIR",
      defaultValue = SHIPPED,
      description = "The model folder. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("");

  /** Returns the folder of the model. */
  public Path folder() {
    return folder;
  }
}
