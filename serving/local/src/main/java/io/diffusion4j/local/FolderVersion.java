package io.diffusion4j.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/**
 * The properties of a folder's files by which a change is detected.
 *
 * @param files number of files
 * @param bytes sum of their sizes
 * @param newest time of the last change
 */
record FolderVersion(int files, long bytes, FileTime newest) {
  /** Reads the current version of a folder; a missing folder has no files. */
  static FolderVersion of(Path folder) {
    if (!Files.isDirectory(folder)) {
      return new FolderVersion(0, 0, FileTime.fromMillis(0));
    }
    try (Stream<Path> all = Files.walk(folder)) {
      List<BasicFileAttributes> files =
          all.map(FolderVersion::attributes).filter(BasicFileAttributes::isRegularFile).toList();
      return new FolderVersion(
          files.size(),
          files.stream().mapToLong(BasicFileAttributes::size).sum(),
          files.stream()
              .map(BasicFileAttributes::lastModifiedTime)
              .max(FileTime::compareTo)
              .orElse(FileTime.fromMillis(0)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BasicFileAttributes attributes(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class); // of the target of a link
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
