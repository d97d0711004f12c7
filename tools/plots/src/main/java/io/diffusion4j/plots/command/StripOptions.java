package io.diffusion4j.plots.command;

import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.image.OutputFile;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;

/** The noise of drawn pictures, and the file that they are written to. */
final class StripOptions {
  @Mixin private CommonOptions.Seed seed = new CommonOptions.Seed();

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  long seed() {
    return seed.value();
  }

  Path output() {
    return output.path();
  }

  /**
   * Returns the file, which can be written to.
   *
   * @param endings the endings of its name, of which it has one
   */
  OutputFile file(String... endings) {
    var file = new OutputFile(output.path());
    file.requireEnding(endings);
    file.requireWritable();
    return file;
  }
}
