package io.diffusion4j.diffusion.image;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/**
 * A file that a result is written to, whole or not at all. Through a symbolic link it is the link's
 * target that is written; a device or a pipe is written to as it is, and {@code -} is the standard
 * output.
 *
 * @param name what asked for it, for messages
 * @param path as asked for
 */
public record OutputFile(String name, Path path) {
  /** What {@code output} asked for. */
  public OutputFile(Path path) {
    this("output", path);
  }

  private static final String STANDARD_OUTPUT = "-";

  /** Whether the result goes to the standard output. */
  public boolean isStandardOutput() {
    return path.toString().equals(STANDARD_OUTPUT);
  }

  /** Whether something is there that can be neither replaced nor kept, such as a device. */
  private boolean isStream() {
    return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
  }

  /** The file itself, where the path is a link to it, which may not be there yet. */
  private Path target() throws IOException {
    if (!Files.isSymbolicLink(path)) {
      return path;
    }
    return Files.exists(path)
        ? path.toRealPath()
        : path.resolveSibling(Files.readSymbolicLink(path)).normalize();
  }

  /**
   * Returns normally if the name says one of these formats, in any case.
   *
   * @param endings such as {@code .png}
   * @throws IllegalArgumentException if it does not
   */
  public void requireEnding(String... endings) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    if (Arrays.stream(endings).noneMatch(name::endsWith)) {
      throw refused("a name that ends in " + String.join(" or ", endings));
    }
  }

  /**
   * Fails before any work is done if nothing could be written in the end.
   *
   * @throws IllegalArgumentException if that is so; the message says why
   */
  public void requireWritable() {
    if (isStandardOutput()) {
      return;
    }
    if (isStream()) {
      if (!Files.isWritable(path)) {
        throw refused("a file, device or pipe that can be written to");
      }
      return;
    }
    Path parent;
    try {
      parent = target().getParent();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the link " + path + ": " + e, e);
    }
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
    try {
      if (isStandardOutput()) {
        System.out.write(bytes);
        System.out.flush();
      } else if (isStream()) {
        Files.write(path, bytes, StandardOpenOption.WRITE);
      } else {
        replace(target(), bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path + ": " + e, e);
    }
  }

  private static void replace(Path target, byte[] bytes) throws IOException {
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    try {
      Files.write(temporary, bytes);
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
