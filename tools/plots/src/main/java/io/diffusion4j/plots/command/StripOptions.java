package io.diffusion4j.plots.command;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.OutputFile;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The noise of drawn pictures, and the file that they are written to. */
final class StripOptions {
  @Option(names = "--seed", paramLabel = "N", description = "The seed of the noise. Default: 0")
  private long seed;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The picture to write.")
  private Path output = Path.of("");

  long seed() {
    Check.that(seed >= 0, "seed", seed, "≥ 0");
    return seed;
  }

  Path output() {
    return output;
  }

  /**
   * Returns the file, which can be written to.
   *
   * @param endings the endings of its name, of which it has one
   */
  OutputFile file(String... endings) {
    var file = new OutputFile(output);
    file.requireEnding(endings);
    file.requireWritable();
    return file;
  }
}
