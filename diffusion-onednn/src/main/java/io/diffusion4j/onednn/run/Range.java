package io.diffusion4j.onednn.run;

/** From begin to before end. */
record Range(long begin, long end) {
  static Range all(long size) {
    return new Range(0, size);
  }

  /** The share of one of several, all but equal; it may be empty. */
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
