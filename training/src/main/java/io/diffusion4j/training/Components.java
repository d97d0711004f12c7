package io.diffusion4j.training;

import io.diffusion4j.unclip.KnownWords;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
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
final class Components {
  private Components() {}

  /** Copies the components that only the source has, with some exceptions. */
  static void copyMissing(Path from, Path to, List<String> except) {
    for (String component : UnclipFolder.names()) {
      if (!except.contains(component) && !isThere(to.resolve(component))) {
        copy(from, to, component);
      }
    }
    Path words = from.resolve(KnownWords.FILE);
    Path target = to.resolve(KnownWords.FILE);
    if (Files.exists(words) && !Files.exists(target)) {
      try {
        Files.copy(words, target);
      } catch (IOException e) {
        throw cannotCopy(words, target, e);
      }
    }
  }

  private static UncheckedIOException cannotCopy(Path from, Path to, IOException e) {
    return new UncheckedIOException("cannot copy " + from + " to " + to + ": " + e, e);
  }

  /** Copies a component, if the folder has it, and replaces an existing one. */
  static void copy(Path from, Path to, String component) {
    Path source = from.resolve(component);
    if (!isThere(source)) {
      return;
    }
    Path target = to.resolve(component);
    Path unfinished = to.resolve("." + component + "." + UUID.randomUUID() + ".tmp");
    try {
      Files.createDirectories(unfinished);
      try (Stream<Path> files = Files.list(source)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          copy(file.toRealPath(), unfinished.resolve(file.getFileName().toString()));
        }
      }
      delete(target);
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw cannotCopy(source, target, e);
    }
  }

  /** Weights are replaced and never modified, so links are safe. */
  private static void copy(Path file, Path target) throws IOException {
    String name = target.getFileName().toString();
    if (name.endsWith(".safetensors") || name.endsWith(".bin")) {
      try {
        Files.createLink(target, file);
        return;
      } catch (UnsupportedOperationException | FileSystemException e) {
        // another disk, or one without links
      }
    }
    Files.copy(file, target);
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
