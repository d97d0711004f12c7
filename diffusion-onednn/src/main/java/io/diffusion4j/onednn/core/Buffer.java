package io.diffusion4j.onednn.core;

import java.util.Optional;

/**
 * A range of memory of a program: either constant, or in the arena of each run, where it gets its
 * offset when all steps are known.
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

  /** Creates a buffer in the arena. */
  public static Buffer of(long bytes) {
    return new Buffer(bytes, Optional.empty());
  }

  /** Creates a constant buffer, such as weights. */
  public static Buffer constant(long bytes, Memory memory) {
    return new Buffer(bytes, Optional.of(memory));
  }

  /** Grows it to at least this size. */
  public void grow(long atLeast) {
    bytes = Math.max(bytes, atLeast);
  }

  /** Marks it as used in this step; its content lives from the first to the last of its steps. */
  public void usedIn(int step) {
    first = Math.min(first, step);
    last = Math.max(last, step);
  }

  /** Returns whether both buffers hold values at the same time. */
  public boolean overlaps(Buffer other) {
    return first <= other.last && other.first <= last;
  }

  /** Returns whether a step reads or writes the buffer. */
  public boolean isUsed() {
    return last >= 0;
  }

  /** Returns the memory of a constant; empty for a buffer of the arena. */
  public Optional<Memory> constant() {
    return constant;
  }

  /** Returns the size in bytes. */
  public long bytes() {
    return bytes;
  }

  /** Returns the offset in the arena, in bytes. */
  public long offset() {
    return offset;
  }

  /** Returns the offset of the first byte after the buffer. */
  public long end() {
    return offset + bytes;
  }

  /** Places the buffer at an offset in the arena, in bytes. */
  public void place(long at) {
    offset = at;
  }
}
