package io.diffusion4j.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file under a temporary name beside its own until it is complete and on disk, so that a reader,
 * or a crash, meets the old file or the new one and nothing between.
 */
final class AtomicFile implements AutoCloseable {
  private final Path file;
  private final Path temporary;
  private boolean committed;

  /** What fills a file. */
  @FunctionalInterface
  interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /** Writes the content under the temporary name; on any failure no trace of it remains. */
  AtomicFile(Path file, Content content) {
    this.file = file.toAbsolutePath();
    this.temporary =
        this.file.resolveSibling("." + this.file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try (var channel =
        FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      content.writeTo(channel);
      channel.force(true);
    } catch (IOException e) {
      cleanUp(e);
      throw cannotWrite(e);
    } catch (RuntimeException | Error e) { // from whoever supplies the content
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

  /** Writes a file whole or not at all. */
  static void write(Path file, Content content) {
    try (var atomic = new AtomicFile(file, content)) {
      atomic.commit();
    }
  }

  /** Gives the file its name, replacing the one that has it. */
  void commit() {
    try {
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      committed = true;
      syncFolder();
    } catch (IOException e) {
      throw cannotWrite(e);
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

  private UncheckedIOException cannotWrite(IOException e) {
    return new UncheckedIOException("cannot write " + file + ": " + e, e);
  }
}
