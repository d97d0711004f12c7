package io.diffusion4j.onednn.core;

import java.util.Optional;

/**
 * A stretch of memory that a program uses: of the arena that each run has, where it gets its place
 * when all steps are known, or constant.
 */
public final class Buffer {
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
  public static Buffer of(long bytes) {
    return new Buffer(bytes, Optional.empty());
  }

  /** What never changes, such as weights. */
  public static Buffer constant(long bytes, Memory memory) {
    return new Buffer(bytes, Optional.of(memory));
  }

  /** Makes it at least this large. */
  public void grow(long atLeast) {
    bytes = Math.max(bytes, atLeast);
  }

  /** It holds something in this step; what is between two of its steps must last too. */
  public void usedIn(int step) {
    first = Math.min(first, step);
    last = Math.max(last, step);
  }

  public boolean overlaps(Buffer other) {
    return first <= other.last && other.first <= last;
  }

  public boolean isUsed() {
    return last >= 0;
  }

  public Optional<Memory> constant() {
    return constant;
  }

  public long bytes() {
    return bytes;
  }

  public long offset() {
    return offset;
  }

  public long end() {
    return offset + bytes;
  }

  public void place(long at) {
    offset = at;
  }
}
