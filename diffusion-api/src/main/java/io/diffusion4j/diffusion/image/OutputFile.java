package io.diffusion4j.diffusion.image;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that a result is written to, whole or not at all.
 *
 * @param name what asked for it, for messages
 * @param path as asked for
 */
public record OutputFile(String name, Path path) {
  /** What {@code output} asked for. */
  public OutputFile(Path path) {
    this("output", path);
  }

  /**
   * Fails before any work is done if nothing could be written in the end.
   *
   * @throws IllegalArgumentException if that is so; the message says why
   */
  public void requireWritable() {
    Path parent = path.getParent();
    Path folder = parent == null ? Path.of("") : parent;
    if (!Files.isDirectory(folder)) {
      throw refused("a file in a folder that is there; " + folder + " is none");
    }
    if (!Files.isWritable(folder)) {
      throw refused("a file in a folder that can be written to; " + folder + " cannot");
    }
    if (Files.isDirectory(path)) {
      throw refused("a file; " + path + " is a folder");
    }
  }

  /** That something is wrong with the path: {@code name: path (expected: …)}. */
  public IllegalArgumentException refused(String expected) {
    return Check.refusal(name, path, expected);
  }

  /** Writes the file, replacing one that is there. */
  public void write(byte[] bytes) {
    Path temporary = path.resolveSibling("." + path.getFileName() + ".tmp");
    try {
      try {
        Files.write(temporary, bytes);
        Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path + ": " + e, e);
    }
  }
}
