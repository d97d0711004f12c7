package io.diffusion4j.onednn.run;

/** The integers from begin (inclusive) to end (exclusive). */
record Range(long begin, long end) {
  static Range all(long size) {
    return new Range(0, size);
  }

  /** Returns one of several nearly equal shares; it may be empty. */
  static Range share(long size, int part, int parts) {
    return new Range(size * part / parts, size * (part + 1) / parts);
  }

  long size() {
    return end - begin;
  }

  boolean isEmpty() {
    return begin == end;
  }
}
