package io.diffusion4j.tf.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * Where a network's parameters come from: initialised variables in training, a checkpoint at
 * inference. Layers cannot tell.
 */
public interface Weights {
  /**
   * The parameter in the graph's layout.
   *
   * @throws IllegalStateException if the key was asked for before
   */
  Operand<TFloating> get(Ops tf, Parameter parameter, Precision precision);
}
