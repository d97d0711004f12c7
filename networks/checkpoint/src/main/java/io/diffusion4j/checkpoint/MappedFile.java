package io.diffusion4j.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A file of any size, memory-mapped in windows on demand. */
final class MappedFile implements AutoCloseable {
  /** A mapping is at most 2 GiB, so the file is mapped in windows; a power of two. */
  private static final long WINDOW = 1L << 30;

  /** Files from this size on trigger a collection when they are closed. */
  private static final long LARGE = 64 << 20;

  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final @Nullable ByteBuffer[] windows;
  private boolean closed;

  private MappedFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.size = channel.size();
    this.windows = new @Nullable ByteBuffer[(int) ((size + WINDOW - 1) / WINDOW)];
  }

  static MappedFile open(Path path) {
    try {
      return new MappedFile(path, FileChannel.open(path, StandardOpenOption.READ));
    } catch (IOException e) {
      throw cannotRead(path, e);
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  /**
   * Returns bytes of the file, little-endian and read-only: part of a window, or mapped on their
   * own if they cross into the next. The caller must have checked the range.
   */
  synchronized ByteBuffer bytes(long begin, int length) {
    if (closed) {
      throw new IllegalStateException(path + ": closed");
    }
    try {
      return map(begin, length).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw cannotRead(path, e);
    }
  }

  private ByteBuffer map(long begin, int length) throws IOException {
    if (length == 0) {
      return ByteBuffer.allocate(0).asReadOnlyBuffer();
    }
    int window = (int) (begin / WINDOW);
    long start = window * WINDOW;
    if (begin + length > start + WINDOW) {
      return channel.map(FileChannel.MapMode.READ_ONLY, begin, length);
    }
    ByteBuffer mapped = windows[window];
    if (mapped == null) {
      mapped = channel.map(FileChannel.MapMode.READ_ONLY, start, Math.min(WINDOW, size - start));
      windows[window] = mapped;
    }
    return mapped.slice((int) (begin - start), length);
  }

  /**
   * Closes the file. The memory is unmapped once the collector finds that no returned buffer is in
   * use. After a large file a collection is requested, because mapped memory does not fill the
   * heap.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    Arrays.fill(windows, null);
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + path + ": " + e, e);
    }
    if (size >= LARGE) {
      System.gc();
    }
  }

  static UncheckedIOException cannotRead(Path file, IOException e) {
    return new UncheckedIOException("cannot read " + file + ": " + e, e);
  }
}
