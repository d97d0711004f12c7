package io.diffusion4j.onednn.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A range of memory of a program: either constant, or in the arena of each run, where it gets its
 * offset when all steps are known.
 */
public final class Buffer {
  private long bytes;
  private final Optional<Memory> constant;
  private final List<Span> spans = new ArrayList<>();
  private long offset = -1;

  /** The steps of a pass during which it holds a value. */
  private record Span(int pass, int first, int last) {
    boolean overlaps(Span other) {
      return first <= other.last && other.first <= last;
    }
  }

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
    usedIn(0, step);
  }

  /**
   * Marks it as used in a step of a pass. Its content lives from the first to the last of its steps
   * in each pass, and is lost between passes.
   */
  public void usedIn(int pass, int step) {
    for (int i = 0; i < spans.size(); i++) {
      var span = spans.get(i);
      if (span.pass == pass) {
        spans.set(i, new Span(pass, Math.min(span.first, step), Math.max(span.last, step)));
        return;
      }
    }
    spans.add(new Span(pass, step, step));
  }

  /** Returns whether both buffers hold values at the same time. */
  public boolean overlaps(Buffer other) {
    for (Span mine : spans) {
      for (Span theirs : other.spans) {
        if (mine.overlaps(theirs)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns whether a step reads or writes the buffer. */
  public boolean isUsed() {
    return !spans.isEmpty();
  }

  /** Returns the memory of a constant; empty for a buffer of the arena. */
  public Optional<Memory> constant() {
    return constant;
  }

  /** Adds the bytes to the steps at which it begins to hold a value, and subtracts them after. */
  void countIn(Map<Integer, Long> changes) {
    for (Span span : spans) {
      changes.merge(span.first, bytes, Long::sum);
      changes.merge(span.last + 1, -bytes, Long::sum);
    }
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
