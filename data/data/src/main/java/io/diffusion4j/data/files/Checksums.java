package io.diffusion4j.data.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/** Checksums of files, each computed once. Thread-safe. */
final class Checksums {
  /** Of a larger file, as many bytes are read as {@link #SAMPLES} have. */
  private static final long WHOLE = 1 << 26;

  private static final int SAMPLES = 64;
  private static final int BLOCK = 1 << 20;

  private final Map<Path, Long> known = new ConcurrentHashMap<>();

  /** Returns the checksum of a file: of all of it, or of evenly spaced samples of a large one. */
  long of(Path file) throws IOException {
    Long before = known.get(file);
    if (before != null) {
      return before;
    }
    long sum = computed(file);
    known.put(file, sum);
    return sum;
  }

  private static long computed(Path file) throws IOException {
    var sum = new CRC32C();
    try (var channel = FileChannel.open(file)) {
      long size = channel.size();
      long last = Math.max(0, size - BLOCK);
      ByteBuffer block = ByteBuffer.allocate((int) Math.max(1, Math.min(BLOCK, size)));
      long blocks = size <= WHOLE ? (size + BLOCK - 1) / BLOCK : SAMPLES;
      for (long i = 0; i < blocks; i++) {
        long at = size <= WHOLE ? i * BLOCK : i * last / (SAMPLES - 1);
        block.clear();
        while (block.hasRemaining() && channel.read(block, at + block.position()) > 0) {
          // until the block is full or the file ends
        }
        sum.update(block.flip());
      }
    }
    return sum.getValue();
  }
}
