package io.diffusion4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * Where images are written to: the file itself for one image, numbered ones beside it for more.
 *
 * @param output as asked for
 * @param count how many images there will be
 */
record PngFiles(Path output, int count) {
  private static final String SUFFIX = ".png";

  /**
   * Fails before any work is done if nothing could be written in the end.
   *
   * @throws IllegalArgumentException if that is so; the message says why
   */
  void requireWritable() {
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      throw refused("a file in a folder that is there; " + folder + " is none");
    }
    if (!Files.isWritable(folder)) {
      throw refused("a file in a folder that can be written to; " + folder + " cannot");
    }
    for (int i = 0; i < count; i++) {
      if (Files.isDirectory(file(i))) {
        throw refused("a file; " + file(i) + " is a folder");
      }
    }
  }

  private IllegalArgumentException refused(String expected) {
    return new IllegalArgumentException("output: " + output + " (expected: " + expected + ")");
  }

  private Path folder() {
    Path parent = output.getParent();
    return parent == null ? Path.of("") : parent;
  }

  /** The file of image {@code index}, counted from 0: {@code apple.png}, or {@code apple-1.png}. */
  Path file(int index) {
    if (count == 1) {
      return output;
    }
    String name = output.toString();
    boolean hasSuffix = name.toLowerCase(Locale.ROOT).endsWith(SUFFIX);
    int stem = hasSuffix ? name.length() - SUFFIX.length() : name.length();
    return Path.of(name.substring(0, stem) + "-" + (index + 1) + name.substring(stem));
  }

  /**
   * Writes an image whole or not at all.
   *
   * @return the file
   */
  Path write(int index, byte[] png) {
    Path file = file(index);
    Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
    try {
      try {
        Files.write(temporary, png);
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
    return file;
  }
}
