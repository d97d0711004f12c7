package io.diffusion4j.data.files;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * A picture among files.
 *
 * @param key its path within the set, with {@code /}
 * @param otherwise its key if an earlier picture has the first; the same if that is an error
 */
public record Entry(String key, String otherwise, Bytes picture, Captions captions) {
  /** A picture that has a key. */
  Entry(String key, Bytes picture, Captions captions) {
    this(key, key, picture, captions);
  }

  /**
   * Returns a picture that a list names.
   *
   * @param file its path, relative to the folder of the list
   * @param list the path of the list
   * @param place where in the list it is named, for messages
   * @param root the folder that paths stay inside and keys are relative to
   * @throws IllegalArgumentException if the file is not there or not inside the folder
   */
  public static Entry named(String file, Path list, String place, Path root, List<String> captions)
      throws IOException {
    Path resolved;
    try {
      resolved = list.resolveSibling(file);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(place + ": " + file + " (expected: a path)", e);
    }
    Path path = Inside.require(root, resolved, list, file + " of " + place);
    return new Entry(Inside.key(root, path), Bytes.of(path), Captions.of(captions));
  }
}
