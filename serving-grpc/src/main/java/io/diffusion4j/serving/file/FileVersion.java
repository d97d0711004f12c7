package io.diffusion4j.serving.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * The properties of files by which a change is detected.
 *
 * @param files the properties of each file, in a fixed order
 */
public record FileVersion(List<Object> files) {
  /** A file; its key in the file system differs after it was replaced. */
  private record One(Path path, Object key, long modified, long bytes) {}

  public FileVersion {
    files = List.copyOf(files);
  }

  /**
   * Returns the current version of files, and of all files in folders. A missing file has a version
   * too: the one of a file that is not there.
   */
  public static FileVersion of(List<Path> paths) {
    return new FileVersion(paths.stream().flatMap(FileVersion::all).toList());
  }

  private static Stream<Object> all(Path path) {
    if (!Files.isDirectory(path)) {
      return Stream.of(one(path));
    }
    try (Stream<Path> all = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
      return all.filter(Files::isRegularFile).sorted().map(FileVersion::one).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Object one(Path path) {
    try {
      var about = Files.readAttributes(path, BasicFileAttributes.class); // of the target of a link
      Object key = about.fileKey() == null ? path : about.fileKey();
      return new One(path, key, about.lastModifiedTime().toMillis(), about.size());
    } catch (IOException e) {
      return path; // reading it reports the reason
    }
  }
}
