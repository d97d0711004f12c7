package io.diffusion4j.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A message in the wire format of Protocol Buffers. Its size is known before it is written, and
 * large fields are written from a source, so a model is never in memory as a whole.
 *
 * <p>Append-only: a message must be complete before it becomes a field of another one.
 */
final class Message {
  private static final int VARINT = 0;
  private static final int DELIMITED = 2;
  private static final int FIXED_32 = 5;

  /** Writes the content of a field. */
  @FunctionalInterface
  interface Source {
    void writeTo(OutputStream out) throws IOException;
  }

  private final List<Source> parts = new ArrayList<>();
  private long size;

  void writeTo(OutputStream out) throws IOException {
    for (Source part : parts) {
      part.writeTo(out);
    }
  }

  /** Appends an integer. */
  Message number(int field, long value) {
    tag(field, VARINT);
    return varint(value);
  }

  /** Appends integers, one field for each. */
  Message numbers(int field, long... values) {
    for (long value : values) {
      number(field, value);
    }
    return this;
  }

  /** Appends a float. */
  Message real(int field, float value) {
    int bits = Float.floatToRawIntBits(value);
    tag(field, FIXED_32);
    return raw(
        new byte[] {(byte) bits, (byte) (bits >> 8), (byte) (bits >> 16), (byte) (bits >> 24)});
  }

  /** Appends a text. */
  Message text(int field, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return bytes(field, bytes.length, out -> out.write(bytes));
  }

  /** Appends a message. */
  Message message(int field, Message value) {
    return bytes(field, value.size, value::writeTo);
  }

  /**
   * Appends bytes.
   *
   * @param length the exact number of bytes that the source writes
   */
  Message bytes(int field, long length, Source source) {
    tag(field, DELIMITED);
    varint(length);
    parts.add(source);
    size += length;
    return this;
  }

  private void tag(int field, int wireType) {
    varint(((long) field << 3) | wireType);
  }

  private Message varint(long value) {
    byte[] bytes = new byte[10];
    int count = 0;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[count++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[count++] = (byte) rest;
    return raw(Arrays.copyOf(bytes, count));
  }

  private Message raw(byte[] bytes) {
    parts.add(out -> out.write(bytes));
    size += bytes.length;
    return this;
  }
}
