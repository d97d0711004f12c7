package io.diffusion4j.onednn.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
    List<Buffer> placed = new ArrayList<>(); // by offset
    long end = 0;
    var largestFirst = Comparator.comparingLong(Buffer::bytes).reversed();
    for (Buffer buffer : buffers.stream().filter(Buffer::isUsed).sorted(largestFirst).toList()) {
      long at = 0;
      for (Buffer other : placed) {
        if (at + buffer.bytes() <= other.offset()) {
          break;
        }
        if (buffer.overlaps(other)) {
          at = Math.max(at, aligned(other.end()));
        }
      }
      buffer.place(at);
      placed.add(index(placed, at), buffer);
      end = Math.max(end, buffer.end());
    }
    return end;
  }

  /** Returns the most bytes that hold values at the same time: no arena can be smaller. */
  public long leastBytes() {
    Map<Integer, Long> changes = new TreeMap<>();
    buffers.forEach(buffer -> buffer.countIn(changes));
    long most = 0;
    long current = 0;
    for (long change : changes.values()) {
      current += change;
      most = Math.max(most, current);
    }
    return most;
  }

  /** Returns the place of an offset among those of buffers. */
  private static int index(List<Buffer> placed, long offset) {
    int low = 0;
    int high = placed.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (placed.get(middle).offset() <= offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static long aligned(long offset) {
    return (offset + Memory.ALIGNMENT - 1) / Memory.ALIGNMENT * Memory.ALIGNMENT;
  }
}
