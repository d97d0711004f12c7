package io.diffusion4j.cli;

import io.diffusion4j.diffusion.image.OutputFile;
import java.nio.file.Path;
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
    for (int i = 0; i < count; i++) {
      new OutputFile(file(i)).requireWritable();
    }
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
    new OutputFile(file).write(png);
    return file;
  }
}
