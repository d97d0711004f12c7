package io.diffusion4j.nn.train.group;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Determines whether the processes of a group have separate folders or a common one. */
public final class OwnFolder {
  private OwnFolder() {}

  /**
   * Whether this process writes its folder: the first one does, and so does each that does not see
   * the first one's folder. All processes ask together.
   */
  public static boolean writes(Group group, Path folder) {
    if (group.isAlone()) {
      return true;
    }
    String name = ".process-" + UUID.randomUUID();
    if (group.isFirst()) {
      mark(folder, name);
    }
    boolean isCommon = Files.exists(folder.resolve(group.exchange(name).get(0)));
    group.any(false); // all have looked
    if (group.isFirst()) {
      unmark(folder.resolve(name));
    }
    return group.isFirst() || !isCommon;
  }

  private static void mark(Path folder, String name) {
    try {
      Files.createFile(Files.createDirectories(folder).resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder + ": " + e, e);
    }
  }

  private static void unmark(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file + ": " + e, e);
    }
  }
}
