package io.diffusion4j.training;

import io.diffusion4j.checkpoint.AtomicFile;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Copies components of one model folder into another. Weights become hard links if the file system
 * supports them.
 */
public final class Components {
  private Components() {}

  /**
   * Copies the components and files that only the source has, with some exceptions.
   *
   * @param from of the same family
   */
  public static void copyMissing(ModelLayout from, ModelLayout to, List<String> except) {
    copy(from, to, except, false);
  }

  /**
   * Copies all components and files, with some exceptions, and replaces existing ones.
   *
   * @param from of the same family
   */
  public static void copyAll(ModelLayout from, ModelLayout to, List<String> except) {
    copy(from, to, except, true);
  }

  private static void copy(
      ModelLayout from, ModelLayout to, List<String> except, boolean replaces) {
    for (String name : from.components()) {
      if (!except.contains(name) && (replaces || !isThere(to.component(name)))) {
        copy(from.component(name), to.component(name));
      }
    }
    for (int i = 0; i < from.files().size(); i++) {
      if (replaces || !Files.exists(to.files().get(i))) {
        copyFile(from.files().get(i), to.files().get(i));
      }
    }
  }

  private static void copyFile(Path file, Path target) {
    if (Files.exists(file)) {
      try {
        Files.createDirectories(target.toAbsolutePath().getParent());
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw cannotCopy(file, target, e);
      }
    }
  }

  /** Returns the folder of a component, creating it if necessary. */
  public static Path made(Path component) {
    try {
      return Files.createDirectories(component);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + component + ": " + e, e);
    }
  }

  private static UncheckedIOException cannotCopy(Path from, Path to, IOException e) {
    return new UncheckedIOException("cannot copy " + from + " to " + to + ": " + e, e);
  }

  /**
   * Copies a component, and replaces an existing one.
   *
   * @throws IllegalStateException if there is none to copy
   */
  static void replace(Path source, Path target) {
    if (!isThere(source)) {
      throw new IllegalStateException(
          Check.message("component", source + ", missing", "a folder with files to copy"));
    }
    copy(source, target);
  }

  /** Copies a component if it exists, and replaces an existing one. */
  public static void copy(Path source, Path target) {
    if (!isThere(source)) {
      return;
    }
    Path unfinished =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      Files.createDirectories(unfinished);
      try (Stream<Path> files = Files.list(source)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          linkOrCopy(file.toRealPath(), unfinished.resolve(file.getFileName().toString()));
        }
      }
      delete(target);
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw cannotCopy(source, target, e);
    }
  }

  /** Weights are replaced and never modified, so links are safe. */
  private static void linkOrCopy(Path file, Path target) throws IOException {
    String name = target.getFileName().toString();
    if (name.endsWith(".safetensors") || name.endsWith(".bin")) {
      AtomicFile.linkOrCopy(file, target);
    } else {
      Files.copy(file, target);
    }
  }

  private static boolean isThere(Path component) {
    if (!Files.isDirectory(component)) {
      return false;
    }
    try (Stream<Path> files = Files.list(component)) {
      return files.findAny().isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder " + component + ": " + e, e);
    }
  }

  private static void delete(Path component) throws IOException {
    if (Files.isDirectory(component)) {
      try (Stream<Path> files = Files.list(component)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(component);
    }
  }
}
