package io.diffusion4j.tf;

import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Bulk copies between heap arrays and native tensors; the caller closes the copies. */
public final class Tensors {
  private Tensors() {}

  /** Returns a native copy of row-major values. */
  public static TFloat32 of(float[] values, long... shape) {
    TFloat32 tensor = TFloat32.tensorOf(Shape.of(shape));
    tensor.asRawTensor().data().asFloats().write(values);
    return tensor;
  }

  /** Returns a native copy of row-major values. */
  public static TInt32 of(int[] values, long... shape) {
    TInt32 tensor = TInt32.tensorOf(Shape.of(shape));
    tensor.asRawTensor().data().asInts().write(values);
    return tensor;
  }

  /** Returns a native copy of row-major values, rounded to the nearest bfloat16, ties to even. */
  public static TBfloat16 bfloat16(float[] values, long... shape) {
    short[] bits = new short[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = bfloat16(values[i]);
    }
    TBfloat16 tensor = TBfloat16.tensorOf(Shape.of(shape));
    tensor.asRawTensor().data().asShorts().write(bits);
    return tensor;
  }

  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40); // stays a NaN when its low bits are dropped
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** Returns a heap copy of a float32 tensor, row-major. */
  public static float[] floats(Tensor tensor) {
    var data = tensor.asRawTensor().data().asFloats();
    float[] values = new float[Math.toIntExact(data.size())];
    data.read(values);
    return values;
  }
}
