package io.diffusion4j.data.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether files are inside the folder of a data set, which a list may not lead out of. */
final class Inside {
  private Inside() {}

  /**
   * A file that is there and inside a folder, links followed.
   *
   * @param named how the file was named, for messages
   * @throws IllegalArgumentException if it is neither
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

  /** The path of a file within a folder, with {@code /}. */
  static String key(Path folder, Path file) {
    return folder.normalize().relativize(file.normalize()).toString().replace('\\', '/');
  }
}
