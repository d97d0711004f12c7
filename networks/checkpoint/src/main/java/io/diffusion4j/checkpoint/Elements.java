package io.diffusion4j.checkpoint;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Objects;

/** Converts runs of stored elements, in bulk. Byte buffers are little-endian. */
final class Elements {
  /** Elements converted at a time: small enough for any buffer, large enough to be fast. */
  static final int CHUNK = 1 << 16;

  private Elements() {}

  /** Checks that Java arrays and buffers can hold this count. */
  static int toInt(TensorInfo info, long count, String unit) {
    if (count > Integer.MAX_VALUE) {
      throw Check.refusal(info.toString(), count + " " + unit, "< 2^31; read it in parts");
    }
    return (int) count;
  }

  static void checkRange(TensorInfo info, long first, long count) {
    if (first < 0 || count < 0 || first > info.size() - count) {
      throw new IndexOutOfBoundsException(
          "%s: elements [%d, %d) (expected: in [0, %d))"
              .formatted(info, first, first + count, info.size()));
    }
  }

  static void checkBytes(TensorInfo info, long offset, int length) {
    if (offset < 0 || length < 0 || offset > info.byteSize() - length) {
      throw new IndexOutOfBoundsException(
          "%s: bytes [%d, %d) (expected: in [0, %d))"
              .formatted(info, offset, offset + length, info.byteSize()));
    }
  }

  /** Appends {@code count} stored elements as floats. */
  static void decode(DType dtype, ByteBuffer from, int count, FloatBuffer to) {
    if (dtype == DType.F32) {
      to.put(from.asFloatBuffer()); // a plain copy of memory
      return;
    }
    float[] floats = new float[count];
    switch (dtype) {
      case F16 -> {
        short[] bits = shorts(from, count);
        for (int i = 0; i < count; i++) {
          floats[i] = Float16Codec.fromFloat16(bits[i]);
        }
      }
      case BF16 -> {
        short[] bits = shorts(from, count);
        for (int i = 0; i < count; i++) {
          floats[i] = Float16Codec.fromBFloat16(bits[i]);
        }
      }
      case F64 -> {
        double[] doubles = new double[count];
        from.asDoubleBuffer().get(doubles);
        for (int i = 0; i < count; i++) {
          floats[i] = (float) doubles[i];
        }
      }
      case F32, BOOL, U8, I8, I16, I32, I64 -> {
        long[] longs = new long[count];
        decode(dtype, from, longs, 0, count);
        for (int i = 0; i < count; i++) {
          floats[i] = longs[i];
        }
      }
    }
    to.put(floats);
  }

  /** Reads {@code count} stored elements into {@code to[at…]}. */
  static void decode(DType dtype, ByteBuffer from, double[] to, int at, int count) {
    if (dtype == DType.F64) {
      from.asDoubleBuffer().get(to, at, count);
    } else if (dtype.isFloat()) {
      float[] floats = new float[count];
      decode(dtype, from, count, FloatBuffer.wrap(floats));
      for (int i = 0; i < count; i++) {
        to[at + i] = floats[i];
      }
    } else {
      long[] longs = new long[count];
      decode(dtype, from, longs, 0, count);
      for (int i = 0; i < count; i++) {
        to[at + i] = longs[i];
      }
    }
  }

  /** Reads {@code count} stored integers into {@code to[at…]}. */
  static void decode(DType dtype, ByteBuffer from, long[] to, int at, int count) {
    Objects.checkFromIndexSize(at, count, to.length);
    switch (dtype) {
      case BOOL, U8 -> {
        for (int i = 0; i < count; i++) {
          to[at + i] = from.get(i) & 0xff;
        }
      }
      case I8 -> {
        for (int i = 0; i < count; i++) {
          to[at + i] = from.get(i);
        }
      }
      case I16 -> {
        short[] shorts = shorts(from, count);
        for (int i = 0; i < count; i++) {
          to[at + i] = shorts[i];
        }
      }
      case I32 -> {
        int[] ints = new int[count];
        from.asIntBuffer().get(ints);
        for (int i = 0; i < count; i++) {
          to[at + i] = ints[i];
        }
      }
      case I64 -> from.asLongBuffer().get(to, at, count);
      case F16, BF16, F32, F64 -> throw Check.refusal("dtype", dtype, "an integer type");
    }
  }

  /** Writes {@code values[at…]} as elements of a floating-point type, rounding to nearest even. */
  static void encode(DType dtype, String name, float[] values, int at, int count, ByteBuffer to) {
    switch (dtype) {
      case F32 -> {
        to.asFloatBuffer().put(values, at, count);
        to.position(to.position() + 4 * count);
      }
      case F64 -> {
        for (int i = at; i < at + count; i++) {
          to.putDouble(values[i]);
        }
      }
      case F16 -> {
        for (int i = at; i < at + count; i++) {
          short bits = Float16Codec.toFloat16(values[i]);
          if ((bits & 0x7fff) == 0x7c00) {
            checkInfinite(dtype, name, values[i], i);
          }
          to.putShort(bits);
        }
      }
      case BF16 -> {
        for (int i = at; i < at + count; i++) {
          short bits = Float16Codec.toBFloat16(values[i]);
          if ((bits & 0x7fff) == 0x7f80) {
            checkInfinite(dtype, name, values[i], i);
          }
          to.putShort(bits);
        }
      }
      case BOOL, U8, I8, I16, I32, I64 ->
          throw Check.refusal("dtype of " + name, dtype, "a floating-point type");
    }
  }

  /** A weight that silently became infinite would ruin the network that is loaded from the file. */
  private static void checkInfinite(DType dtype, String name, float value, int index) {
    if (!Float.isInfinite(value)) {
      throw new IllegalArgumentException(
          "%s[%d]: %s (expected: in the range of %s)".formatted(name, index, value, dtype));
    }
  }

  /** Writes {@code values[at…]} as elements of an integer type or BOOL. */
  static void encode(DType dtype, String name, long[] values, int at, int count, ByteBuffer to) {
    for (int i = at; i < at + count; i++) {
      long value = values[i];
      switch (dtype) {
        case BOOL -> to.put((byte) checkInRange(dtype, name, i, value, 0, 1));
        case U8 -> to.put((byte) checkInRange(dtype, name, i, value, 0, 255));
        case I8 ->
            to.put((byte) checkInRange(dtype, name, i, value, Byte.MIN_VALUE, Byte.MAX_VALUE));
        case I16 ->
            to.putShort(
                (short) checkInRange(dtype, name, i, value, Short.MIN_VALUE, Short.MAX_VALUE));
        case I32 ->
            to.putInt(
                (int) checkInRange(dtype, name, i, value, Integer.MIN_VALUE, Integer.MAX_VALUE));
        case I64 -> to.putLong(value);
        case F16, BF16, F32, F64 ->
            throw Check.refusal("dtype of " + name, dtype, "an integer type");
      }
    }
  }

  private static long checkInRange(
      DType dtype, String name, int index, long value, long least, long greatest) {
    if (value < least || value > greatest) {
      throw new IllegalArgumentException(
          "%s[%d]: %d (expected: in [%d, %d], the range of %s)"
              .formatted(name, index, value, least, greatest, dtype));
    }
    return value;
  }

  private static short[] shorts(ByteBuffer from, int count) {
    short[] shorts = new short[count];
    from.asShortBuffer().get(shorts);
    return shorts;
  }
}
