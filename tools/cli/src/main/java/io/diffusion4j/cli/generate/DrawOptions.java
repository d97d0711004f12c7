package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the number of images and their noise. */
final class DrawOptions {
  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "The random seed, which reproduces images bit for bit. Default: a new seed "
              + "for each run")
  @Nullable Long seed;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "The number of images for each input; several are written to FILE-1.png, "
              + "FILE-2.png and so on. Default: ${DEFAULT-VALUE}")
  int count;

  @Option(
      names = "--sheet",
      paramLabel = "FILE",
      description = "Also write all images side by side to this PNG file.")
  @Nullable Path sheet;

  private @Nullable Long chosen;

  /** Checks everything that needs no model. */
  void check() {
    Check.that(count >= 1, "count", count, "≥ 1");
    Check.that(seed == null || seed >= 0, "seed", seed, "≥ 0");
  }

  /** Returns the files for the images of this many inputs. */
  PngFiles files(Path output, int inputs) {
    return PngFiles.numbered(output, inputs, count, Optional.ofNullable(sheet));
  }

  /** Returns the given seed, or else a new one that is short enough to type; always the same. */
  long seedOrNew() {
    if (chosen == null) {
      chosen = seed == null ? new SecureRandom().nextInt() & 0xFFFF_FFFFL : seed;
    }
    return chosen;
  }
}
