package io.diffusion4j.it.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file for parsers that read files; each process has its own. */
final class Scratch {
  private static final Path FILE = file();

  private Scratch() {}

  private static Path file() {
    try {
      Path file = Files.createTempFile("fuzz", ".bin");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes these bytes, and returns the file. */
  static Path with(byte[] bytes) {
    try {
      return Files.write(FILE, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
