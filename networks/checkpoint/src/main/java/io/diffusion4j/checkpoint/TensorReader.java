package io.diffusion4j.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Runs of a tensor's elements, in any order and by several threads at once: use it to rearrange a
 * large tensor without loading it into the heap. Elements that already have the requested type are
 * copied without conversion.
 */
public interface TensorReader {
  /**
   * Reads elements {@code [first, first + count)} as floats into {@code to[at…]}.
   *
   * @param first counted row-major
   */
  void floats(int first, float[] to, int at, int count);

  /** Reads elements as the bits of bfloat16, rounded to the nearest, ties to even. */
  default void bfloat16(int first, short[] to, int at, int count) {
    float[] floats = new float[count];
    floats(first, floats, 0, count);
    for (int i = 0; i < count; i++) {
      to[at + i] = Float16Codec.toBFloat16(floats[i]);
    }
  }

  /** Returns a reader of values on the heap. */
  static TensorReader of(float[] values) {
    return (first, to, at, count) -> System.arraycopy(values, first, to, at, count);
  }

  /** Returns a reader of stored bytes. */
  static TensorReader of(DType dtype, ByteBuffer bytes) {
    ByteBuffer stored = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    return switch (dtype) {
      case F32 -> {
        FloatBuffer floats = stored.asFloatBuffer();
        yield floats::get;
      }
      case BF16 -> new OfBfloat16(stored.asShortBuffer());
      case F16, F64, BOOL, U8, I8, I16, I32, I64 ->
          (first, to, at, count) -> {
            var run = stored.slice(first * dtype.bytes(), count * dtype.bytes());
            var floats = FloatBuffer.wrap(to, at, count);
            Elements.decode(dtype, run.order(ByteOrder.LITTLE_ENDIAN), count, floats);
          };
    };
  }

  /** A reader of the bits of bfloat16. */
  record OfBfloat16(ShortBuffer bits) implements TensorReader {
    private static final int RUN = 4096;

    @Override
    public void floats(int first, float[] to, int at, int count) {
      short[] run = new short[Math.min(count, RUN)]; // the JIT vectorises loops over an array
      for (int done = 0; done < count; done += run.length) {
        int here = Math.min(run.length, count - done);
        bits.get(first + done, run, 0, here);
        for (int i = 0; i < here; i++) {
          to[at + done + i] = Float16Codec.fromBFloat16(run[i]);
        }
      }
    }

    @Override
    public void bfloat16(int first, short[] to, int at, int count) {
      bits.get(first, to, at, count);
    }
  }
}
