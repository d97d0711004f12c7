package io.diffusion4j.onnx;

import io.diffusion4j.onnx.Message.Source;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A constant of a graph: a parameter, or numbers that a layer needs.
 *
 * @param name unique in the graph
 * @param values writes the values, row-major and little-endian; reads parameters at that time
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Initializer(String name, ElementType type, long[] shape, Source values) {
  /** Values converted at a time. */
  private static final int CHUNK = 1 << 16;

  private static final int NAME = 8;
  private static final int RAW = 9;
  private static final int EXTERNAL = 13;
  private static final int LOCATION = 14;

  /** Floats, which are rounded to the type when they are written. */
  static Initializer floats(
      String name, ElementType type, long[] shape, Supplier<float[]> supplier) {
    return new Initializer(
        name,
        type,
        shape,
        out -> {
          float[] values = supplier.get();
          if (values.length != size(shape)) {
            throw new IllegalStateException(
                "%s: %d values (expected: %s)"
                    .formatted(name, values.length, Arrays.toString(shape)));
          }
          var bytes =
              ByteBuffer.allocate(CHUNK * type.dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
          for (int at = 0; at < values.length; at += CHUNK) {
            type.dtype.encode(name, values, at, Math.min(CHUNK, values.length - at), bytes.clear());
            out.write(bytes.array(), 0, bytes.position());
          }
        });
  }

  /** Integers. */
  static Initializer longs(String name, long[] shape, long... values) {
    return new Initializer(
        name,
        ElementType.INT64,
        shape,
        out -> {
          var bytes =
              ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
          bytes.asLongBuffer().put(values);
          out.write(bytes.array());
        });
  }

  /** Returns a number in double precision. */
  static Initializer number(String name, double value) {
    return new Initializer(
        name,
        ElementType.DOUBLE,
        new long[0],
        out -> {
          var bytes = ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
          out.write(bytes.putDouble(value).array());
        });
  }

  private static long size(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** Returns the size of the values. */
  long bytes() {
    return Math.multiplyExact(size(shape), type.dtype.bytes());
  }

  /** Returns the {@code TensorProto} that contains the values. */
  Message inline() {
    return head().bytes(RAW, bytes(), values);
  }

  /** Returns the {@code TensorProto} that refers to a place in a file beside the model. */
  Message external(String file, long offset) {
    return head()
        .message(EXTERNAL, entry("location", file))
        .message(EXTERNAL, entry("offset", String.valueOf(offset)))
        .message(EXTERNAL, entry("length", String.valueOf(bytes())))
        .number(LOCATION, 1);
  }

  private Message head() {
    return new Message().numbers(1, shape).number(2, type.code).text(NAME, name);
  }

  /** Returns a {@code StringStringEntryProto}. */
  static Message entry(String key, String value) {
    return new Message().text(1, key).text(2, value);
  }
}
