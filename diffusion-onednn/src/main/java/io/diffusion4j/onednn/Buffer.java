package io.diffusion4j.onednn;

import java.util.Optional;

/**
 * A stretch of memory that a program uses: of the arena that each run has, where it gets its place
 * when all steps are known, or constant.
 */
final class Buffer {
  private long bytes;
  private final Optional<Memory> constant;
  private int first = Integer.MAX_VALUE;
  private int last = -1;
  private long offset = -1;

  private Buffer(long bytes, Optional<Memory> constant) {
    this.bytes = bytes;
    this.constant = constant;
  }

  /** Of the arena. */
  static Buffer of(long bytes) {
    return new Buffer(bytes, Optional.empty());
  }

  /** What never changes, such as weights. */
  static Buffer constant(long bytes, Memory memory) {
    return new Buffer(bytes, Optional.of(memory));
  }

  /** Makes it at least this large. */
  void grow(long atLeast) {
    bytes = Math.max(bytes, atLeast);
  }

  /** It holds something in this step; what is between two of its steps must last too. */
  void usedIn(int step) {
    first = Math.min(first, step);
    last = Math.max(last, step);
  }

  boolean overlaps(Buffer other) {
    return first <= other.last && other.first <= last;
  }

  boolean isUsed() {
    return last >= 0;
  }

  Optional<Memory> constant() {
    return constant;
  }

  long bytes() {
    return bytes;
  }

  long offset() {
    return offset;
  }

  long end() {
    return offset + bytes;
  }

  void place(long at) {
    offset = at;
  }
}
