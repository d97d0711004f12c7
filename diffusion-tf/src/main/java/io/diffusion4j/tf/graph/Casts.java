package io.diffusion4j.tf.graph;

import io.diffusion4j.nn.engine.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Precisions as TensorFlow's types. Activations are typed by their family, to serve both. */
public final class Casts {
  private Casts() {}

  /** TensorFlow's type. */
  @SuppressWarnings("unchecked") // an Operand<T> only ever carries T as a phantom
  static Class<TFloating> type(Precision precision) {
    Class<? extends TFloating> type =
        switch (precision) {
          case FLOAT32 -> TFloat32.class;
          case BFLOAT16 -> TBfloat16.class;
        };
    return (Class<TFloating>) type;
  }

  /** A float32 value in a precision. */
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
