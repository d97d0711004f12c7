package io.diffusion4j.tf.graph;

import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Parameter;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * Where a network's parameters come from: initialised variables in training, a checkpoint at
 * inference. Layers cannot tell.
 */
public interface Weights {
  /** The parameter in the graph's layout; each is asked for once. */
  Operand<TFloating> get(Ops tf, Parameter parameter, Precision precision);
}
