package io.diffusion4j.data.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A stream of a file's bytes from an offset, with its position. */
final class HeaderStream extends InputStream {
  private static final int WINDOW = 1 << 12;

  private final FileChannel file;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
  private long windowEnd;

  HeaderStream(FileChannel file, long start) {
    this.file = file;
    this.windowEnd = start;
  }

  /** Returns the offset of the next byte. */
  long position() {
    return windowEnd - window.remaining();
  }

  @Override
  public int read() throws IOException {
    return fill() ? window.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] to, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, window.remaining());
    window.get(to, from, count);
    return count;
  }

  /** Whether there is another byte. */
  private boolean fill() throws IOException {
    if (!window.hasRemaining()) {
      window.clear();
      windowEnd += Math.max(0, file.read(window, windowEnd));
      window.flip();
    }
    return window.hasRemaining();
  }
}
