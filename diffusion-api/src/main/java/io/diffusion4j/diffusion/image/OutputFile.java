package io.diffusion4j.diffusion.image;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A result file that is written atomically. If the path is a symbolic link, its target is replaced;
 * devices and pipes are written directly, and {@code -} is the standard output.
 *
 * @param name the option that names the file, for messages
 * @param path the path as given
 */
public record OutputFile(String name, Path path) {
  /** Creates the file of the option {@code output}. */
  public OutputFile(Path path) {
    this("output", path);
  }

  private static final String STANDARD_OUTPUT = "-";

  /** The endings of formats of pictures that are not written. */
  private static final List<String> OTHER_PICTURES =
      List.of(".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".svg");

  /** Whether the result goes to the standard output. */
  public boolean isStandardOutput() {
    return path.toString().equals(STANDARD_OUTPUT);
  }

  /** Whether the path is something that cannot be replaced, such as a device. */
  private boolean isStream() {
    return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
  }

  /** Returns the target of the path if it is a link; the target need not exist. */
  private Path target() throws IOException {
    if (!Files.isSymbolicLink(path)) {
      return path;
    }
    return Files.exists(path)
        ? path.toRealPath()
        : path.resolveSibling(Files.readSymbolicLink(path)).normalize();
  }

  /**
   * Returns normally if the name has one of these endings, in upper or lower case.
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
   * Checks before any work is done that a PNG can be written, and that its name has not the ending
   * of another format.
   *
   * @throws IllegalArgumentException if it cannot, or has
   */
  public void requirePng() {
    String name = path.toString().toLowerCase(Locale.ROOT);
    if (OTHER_PICTURES.stream().anyMatch(name::endsWith)) {
      throw refused("a name that ends in .png");
    }
    requireWritable();
  }

  /**
   * Checks before any work is done that the file can be written.
   *
   * @throws IllegalArgumentException if it cannot; the message has the reason
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

  /** Returns the exception for an invalid path: {@code name: path (expected: …)}. */
  public IllegalArgumentException refused(String expected) {
    return Check.refusal(name, path, expected);
  }

  /** Writes the file, replacing an existing one. */
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
