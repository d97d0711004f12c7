package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.serving.request.InputImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An image that a request takes from a file. */
final class InputFile {
  /** More than any camera takes. */
  static final long MAX_PIXELS = 200_000_000;

  /** What is left of larger ones; no model draws more. */
  private static final int MAX_SIDE = 1024;

  private InputFile() {}

  /** Fails before any work is done if there is no such file. */
  static void check(String name, Path file) {
    Check.that(Files.isRegularFile(file), name, file, "a file");
  }

  /** The file as it is, or a smaller one that shows the same if a request cannot hold it. */
  static byte[] read(Path file) throws IOException {
    return Files.size(file) <= InputImages.MAX_BYTES
        ? Files.readAllBytes(file)
        : InputImages.canonical(ImageFiles.read(file, MAX_PIXELS), MAX_SIDE)
            .getData()
            .toByteArray();
  }
}
