package io.diffusion4j.data.files;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Bytes of a file, read on demand. Safe for use by several threads.
 *
 * @param file the file with the bytes
 * @param length the number of bytes; empty for that of the file
 * @param reading opens them
 */
public record Bytes(Path file, OptionalLong length, Reading reading) {
  /** Bytes of which the number is not known. */
  public Bytes(Path file, Reading reading) {
    this(file, OptionalLong.empty(), reading);
  }

  /** Opens the bytes for reading. */
  @FunctionalInterface
  public interface Reading {
    byte[] read() throws IOException;
  }

  /** Returns all of a file. */
  static Bytes of(Path file) {
    return new Bytes(file, () -> Files.readAllBytes(file));
  }

  /** Returns a part of a file. */
  static Bytes of(Path file, long offset, int length) {
    return new Bytes(
        file,
        OptionalLong.of(length),
        () -> {
          ByteBuffer bytes = ByteBuffer.allocate(length);
          try (var channel = FileChannel.open(file)) {
            while (bytes.hasRemaining()) {
              if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException(file + ": ends within a member at byte " + offset);
              }
            }
          }
          return bytes.array();
        });
  }

  /** Returns the number of bytes, or if it is not known that of the whole file. */
  long size() throws IOException {
    return length.isPresent() ? length.getAsLong() : Files.size(file);
  }

  byte[] read() throws IOException {
    return reading.read();
  }
}
