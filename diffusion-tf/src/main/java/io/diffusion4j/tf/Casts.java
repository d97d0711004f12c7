package io.diffusion4j.tf;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Maps precisions to TensorFlow's types. Activations have the type of their family, for both
 * precisions.
 */
public final class Casts {
  private Casts() {}

  /** Returns TensorFlow's type. */
  @SuppressWarnings("unchecked") // T is a phantom type of Operand<T>
  static Class<TFloating> type(Precision precision) {
    Class<? extends TFloating> type =
        switch (precision) {
          case FLOAT32 -> TFloat32.class;
          case BFLOAT16 -> TBfloat16.class;
          case INT8, EXACT -> throw refused(precision);
        };
    return (Class<TFloating>) type;
  }

  /** Returns the error for a format that TensorFlow's graphs lack. */
  static IllegalArgumentException refused(Precision precision) {
    return Check.refusal("precision", precision, "FLOAT32 or BFLOAT16, for TensorFlow");
  }

  /** Casts a float32 value to a precision. */
  public static Operand<TFloating> to(Ops tf, Operand<TFloat32> x, Precision precision) {
    return precision == Precision.FLOAT32 ? asFloating(x) : tf.dtypes.cast(x, type(precision));
  }

  @SuppressWarnings("unchecked")
  static Operand<TFloating> asFloating(Operand<? extends TFloating> x) {
    return (Operand<TFloating>) x;
  }

  @SuppressWarnings("unchecked")
  static Operand<TFloat32> asFloat32(Operand<TFloating> x) {
    return (Operand<TFloat32>) (Operand<?>) x;
  }
}
