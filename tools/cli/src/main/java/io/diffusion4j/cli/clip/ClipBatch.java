package io.diffusion4j.cli.clip;

import io.diffusion4j.diffusion.argument.Check;
import picocli.CommandLine.Option;

/** The option for the number of inputs of a CLIP. */
public final class ClipBatch {
  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "The number of inputs embedded at once. Default: ${DEFAULT-VALUE}")
  private int batch;

  /** Creates the option with a default. */
  public ClipBatch(int usual) {
    this.batch = usual;
  }

  /**
   * Returns the number.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public int size() {
    Check.that(batch >= 1, "batch", batch, "≥ 1");
    return batch;
  }
}
