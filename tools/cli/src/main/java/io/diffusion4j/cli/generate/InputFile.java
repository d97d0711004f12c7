package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.serving.request.InputImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The input image of a request, from a file. */
final class InputFile {
  /** More pixels than any camera has. */
  static final long MAX_PIXELS = 200_000_000;

  /** The size to which larger images are reduced; no model draws more. */
  private static final int MAX_SIDE = 1024;

  private InputFile() {}

  /** Checks before any work is done that the file is a picture. */
  static void check(String name, Path file) {
    Check.that(Files.isRegularFile(file), name, file, "a file");
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
    try {
      ImageFiles.pixels(bytes);
    } catch (IOException | IllegalArgumentException e) {
      throw Check.refusal(name, file, "a PNG, JPEG or WebP picture");
    }
  }

  /** Returns the unchanged file, or a reduced image if it is too large for a request. */
  static byte[] read(Path file) throws IOException {
    return Files.size(file) <= InputImages.MAX_BYTES
        ? Files.readAllBytes(file)
        : InputImages.canonical(ImageFiles.read(file, MAX_PIXELS), MAX_SIDE)
            .getData()
            .toByteArray();
  }
}
