package io.diffusion4j.data.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks that the files of a list are inside the folder of the data set. */
final class Inside {
  private Inside() {}

  /**
   * Returns an existing file inside a folder, after following links.
   *
   * @param named the given name of the file, for messages
   * @throws IllegalArgumentException if it does not exist or is outside
   */
  static Path require(Path folder, Path file, String named) throws IOException {
    if (!file.normalize().startsWith(folder.normalize())
        || (Files.exists(file) && !file.toRealPath().startsWith(folder.toRealPath()))) {
      throw new IllegalArgumentException(
          "picture: " + named + " (expected: a file inside " + folder + ")");
    }
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "picture: " + named + " is not there (expected: a file inside " + folder + ")");
    }
    return file;
  }

  /** Returns the path of a file within a folder, with {@code /}. */
  static String key(Path folder, Path file) {
    return folder.normalize().relativize(file.normalize()).toString().replace('\\', '/');
  }
}
