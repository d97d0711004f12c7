package io.diffusion4j.ort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder in the system's place for temporary files that is deleted with its files. */
final class TemporaryFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TemporaryFolder.class);

  private final Path path;

  TemporaryFolder() {
    try {
      path = Files.createTempDirectory("diffusion4j-ort");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a temporary folder: " + e.getMessage(), e);
    }
  }

  Path path() {
    return path;
  }

  /**
   * Deletes the folder. A file that the runtime still maps cannot be deleted on Windows; it is
   * deleted at the end of the process.
   */
  @Override
  public void close() {
    try (Stream<Path> files = Files.list(path)) {
      boolean isEmpty = true;
      for (Path file : files.toList()) {
        isEmpty &= delete(file);
      }
      if (isEmpty) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path + ": " + e.getMessage(), e);
    }
  }

  private boolean delete(Path file) {
    try {
      Files.delete(file);
      return true;
    } catch (IOException e) {
      LOG.debug("{}: left to the end of the process: {}", file, e.getMessage());
      List.of(path, file).forEach(left -> left.toFile().deleteOnExit()); // in reverse order
      return false;
    }
  }
}
