package io.diffusion4j.provenance;

import java.io.IOException;
import java.util.Arrays;

/** Reads numbers and parts of a file whose declared lengths may be wrong. */
final class Reader {
  private final byte[] file;
  private int at;

  Reader(byte[] file) {
    this.file = file;
  }

  boolean startsWith(byte[] signature) {
    return matches(0, signature);
  }

  /** Whether these bytes are at an offset from the start of the file. */
  boolean matches(int offset, byte[] expected) {
    return file.length >= offset + expected.length
        && Arrays.equals(file, offset, offset + expected.length, expected, 0, expected.length);
  }

  boolean hasMore() {
    return at < file.length;
  }

  int remaining() {
    return file.length - at;
  }

  /** Reads this many bytes. */
  byte[] take(long length) throws IOException {
    if (length < 0 || length > remaining()) {
      throw new IOException("picture: ends too early (expected: a whole file)");
    }
    byte[] part = Arrays.copyOfRange(file, at, at + (int) length);
    at += (int) length;
    return part;
  }

  int u8() throws IOException {
    return take(1)[0] & 0xff;
  }

  int u16() throws IOException {
    return u8() << 8 | u8();
  }

  long u32() throws IOException {
    return (long) u16() << 16 | u16();
  }

  long u32LittleEndian() throws IOException {
    byte[] four = take(4);
    return Integer.toUnsignedLong(
        (four[0] & 0xff) | (four[1] & 0xff) << 8 | (four[2] & 0xff) << 16 | (four[3] & 0xff) << 24);
  }
}
