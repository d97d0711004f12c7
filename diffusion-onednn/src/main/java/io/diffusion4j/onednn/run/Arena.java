package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.Memory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Assigns offsets to buffers: buffers with disjoint lifetimes may share bytes. */
public final class Arena {
  private final List<Buffer> buffers = new ArrayList<>();

  /** Adds a buffer of this size, whose offset is assigned later. */
  public Buffer buffer(long bytes) {
    var buffer = Buffer.of(bytes);
    buffers.add(buffer);
    return buffer;
  }

  /**
   * Assigns an offset to each buffer, the largest buffer first, each at the lowest offset that does
   * not overlap a buffer in use at the same time.
   *
   * @return the size of the arena in bytes
   */
  public long place() {
    List<Buffer> placed = new ArrayList<>();
    long end = 0;
    var largestFirst = Comparator.comparingLong(Buffer::bytes).reversed();
    for (Buffer buffer : buffers.stream().filter(Buffer::isUsed).sorted(largestFirst).toList()) {
      long at = 0;
      var inUse =
          placed.stream()
              .filter(buffer::overlaps)
              .sorted(Comparator.comparingLong(Buffer::offset))
              .toList();
      for (Buffer other : inUse) {
        if (at + buffer.bytes() <= other.offset()) {
          break;
        }
        at = Math.max(at, aligned(other.end()));
      }
      buffer.place(at);
      placed.add(buffer);
      end = Math.max(end, buffer.end());
    }
    return end;
  }

  private static long aligned(long offset) {
    return (offset + Memory.ALIGNMENT - 1) / Memory.ALIGNMENT * Memory.ALIGNMENT;
  }
}
