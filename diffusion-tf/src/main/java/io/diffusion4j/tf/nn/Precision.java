package io.diffusion4j.tf.nn;

import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** The number format that activations and the weights of matrix products are computed in. */
public enum Precision {
  FLOAT32(TFloat32.class),
  /** Half the bits of float32 with its full exponent; products are summed in float32. */
  BFLOAT16(TBfloat16.class);

  private final Class<? extends TFloating> type;

  Precision(Class<? extends TFloating> type) {
    this.type = type;
  }

  /**
   * TensorFlow's type; activations are typed by their family, so that layers serve both formats.
   */
  @SuppressWarnings("unchecked") // an Operand<T> only ever carries T as a phantom
  Class<TFloating> type() {
    return (Class<TFloating>) type;
  }
}
