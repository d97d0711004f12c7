package io.diffusion4j.data.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks that the files of a list are inside the folder of the data set. */
final class Inside {
  private Inside() {}

  /**
   * Returns an existing file inside a folder, after following links. If the list is itself a link,
   * as in a cache of Hugging Face, links may also lead into the folder of the file that it stands
   * for.
   *
   * @param list the list that names the file
   * @param named the given name of the file, for messages
   * @throws IllegalArgumentException if it does not exist or is outside
   */
  static Path require(Path folder, Path file, Path list, String named) throws IOException {
    if (!file.normalize().startsWith(folder.normalize())
        || (Files.exists(file)
            && !file.toRealPath().startsWith(folder.toRealPath())
            && !file.toRealPath().startsWith(list.toRealPath().resolveSibling("")))) {
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
