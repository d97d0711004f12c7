package io.diffusion4j.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file, memory-mapped: opening reads its header alone, and tensors come from the page
 * cache when asked for. Files of any size.
 *
 * <p>The file must not be changed in place while it is open; {@link SafetensorsWriter} replaces
 * files instead.
 */
public final class SafetensorsFile implements TensorSource {
  /** A mapping is at most 2 GiB, so the file is mapped in windows; a power of two. */
  private static final long WINDOW = 1L << 30;

  /** A file of so many bytes is not left to the next collection. */
  private static final long LARGE = 64 << 20;

  private final Path path;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long size;
  private final @Nullable ByteBuffer[] windows;
  private boolean closed;

  private SafetensorsFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.size = channel.size();
    this.header = SafetensorsHeader.read(path, channel);
    this.windows = new @Nullable ByteBuffer[(int) ((size + WINDOW - 1) / WINDOW)];
  }

  /**
   * Opens a file and checks all that its header claims.
   *
   * @throws CheckpointException if it is not a valid safetensors file
   * @throws UncheckedIOException if it cannot be read
   */
  public static SafetensorsFile open(Path file) {
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return new SafetensorsFile(file, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /** The file. */
  public Path path() {
    return path;
  }

  @Override
  public List<String> names() {
    return List.copyOf(header.tensors().keySet());
  }

  @Override
  public boolean contains(String name) {
    return header.tensors().containsKey(name);
  }

  @Override
  public TensorInfo info(String name) {
    TensorInfo info = header.tensors().get(name);
    if (info == null) {
      throw new CheckpointException(path, "no tensor " + name);
    }
    return info;
  }

  @Override
  public SortedMap<String, String> metadata() {
    return Collections.unmodifiableSortedMap(header.metadata());
  }

  @Override
  public ByteBuffer raw(String name, long offset, int length) {
    TensorInfo info = info(name);
    if (offset < 0 || length < 0 || offset > info.byteSize() - length) {
      throw new IndexOutOfBoundsException(
          "%s: bytes [%d, %d) (expected: in [0, %d))"
              .formatted(info, offset, offset + length, info.byteSize()));
    }
    long begin = header.dataStart() + info.begin() + offset;
    return map(begin, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Bytes of the file: part of a window, or mapped on their own if they cross into the next. */
  private synchronized ByteBuffer map(long begin, int length) {
    if (closed) {
      throw new IllegalStateException(path + ": closed");
    }
    try {
      int window = (int) (begin / WINDOW);
      long start = window * WINDOW;
      if (length == 0) {
        return ByteBuffer.allocate(0).asReadOnlyBuffer();
      }
      if (begin + length > start + WINDOW) {
        return channel.map(FileChannel.MapMode.READ_ONLY, begin, length);
      }
      ByteBuffer mapped = windows[window];
      if (mapped == null) {
        mapped = channel.map(FileChannel.MapMode.READ_ONLY, start, Math.min(WINDOW, size - start));
        windows[window] = mapped;
      }
      return mapped.slice((int) (begin - start), length);
    } catch (IOException e) {
      throw cannotRead(path, e);
    }
  }

  /**
   * Closes the file. The memory is unmapped once the collector finds that no buffer that was handed
   * out is in use; after a large file it is asked to look, since what is mapped does not fill the
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

  @Override
  public String toString() {
    return path + " (" + header.tensors().size() + " tensors)";
  }

  private static UncheckedIOException cannotRead(Path file, IOException e) {
    return new UncheckedIOException("cannot read " + file + ": " + e, e);
  }
}
