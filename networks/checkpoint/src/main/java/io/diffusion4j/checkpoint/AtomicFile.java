package io.diffusion4j.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A file that has a temporary name until it is complete and on disk, so that a reader, or a restart
 * after a crash, finds either the old file or the new one.
 */
public final class AtomicFile implements AutoCloseable {
  private static final String SUFFIX = ".tmp";

  private final Path file;
  private final Path temporary;
  private boolean committed;

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Gives a file one more name, or copies it to another disk or a file system without links. For
   * files that are replaced and never modified.
   *
   * @param target the new name, of which there is no file
   */
  public static void linkOrCopy(Path file, Path target) throws IOException {
    try {
      Files.createLink(target, file);
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(file, target);
    }
  }

  /** Writes the content under the temporary name; on any failure the file is removed. */
  AtomicFile(Path file, Content content) {
    this(file, 0, content);
  }

  /**
   * Writes content of known length, so that the error of a full disk contains the missing bytes.
   *
   * @param bytes length of the content; 0 if unknown
   */
  AtomicFile(Path file, long bytes, Content content) {
    this.file = file.toAbsolutePath();
    this.temporary = this.file.resolveSibling(prefix(this.file) + UUID.randomUUID() + SUFFIX);
    long[] written = {0};
    try (var channel =
        FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      try {
        content.writeTo(channel);
        channel.force(true);
      } finally {
        written[0] = channel.size();
      }
    } catch (IOException e) {
      cleanUp(e);
      throw cannotWrite(e, bytes - written[0]);
    } catch (RuntimeException | Error e) { // thrown by the supplier of the content
      cleanUp(e);
      throw e;
    }
  }

  private void cleanUp(Throwable failure) {
    try {
      close();
    } catch (UncheckedIOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Writes a file atomically.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path file, Content content) {
    write(file, 0, content);
  }

  /** Writes a file of known length atomically. */
  static void write(Path file, long bytes, Content content) {
    try (var atomic = new AtomicFile(file, bytes, content)) {
      atomic.commit();
    }
  }

  /** Removes the temporary files of processes that were killed while they wrote a file. */
  static void removeLeftovers(Path file) {
    Path whole = file.toAbsolutePath();
    try (Stream<Path> all = Files.list(whole.resolveSibling("."))) {
      for (Path other : all.toList()) {
        String name = other.getFileName().toString();
        if (name.startsWith(prefix(whole)) && name.endsWith(SUFFIX)) {
          Files.deleteIfExists(other);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clean up beside " + file + ": " + e, e);
    }
  }

  private static String prefix(Path file) {
    return "." + file.getFileName() + ".";
  }

  /** Renames the file to its final name, replacing an existing file. */
  void commit() {
    try {
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      committed = true;
      syncFolder();
    } catch (IOException e) {
      throw cannotWrite(e, 0);
    }
  }

  /** Removes the temporary file unless it was committed. */
  @Override
  public void close() {
    if (!committed) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot delete " + temporary + ": " + e, e);
      }
    }
  }

  static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** A new name survives a crash only once its folder is on disk too; Windows has no such call. */
  private void syncFolder() throws IOException {
    Path folder = file.resolveSibling(".");
    if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private UncheckedIOException cannotWrite(IOException e, long missing) {
    String lack = missing > 0 ? " (" + missing + " bytes of it are missing)" : "";
    return new UncheckedIOException("cannot write " + file + ": " + e + lack, e);
  }
}
