package io.diffusion4j.tf;

import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Parameter;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * The source of a network's parameters: initialised variables in training, a checkpoint at
 * inference. Layers do not depend on the source.
 */
public interface Weights {
  /** Returns the parameter in the graph's layout; called once for each in a network. */
  Operand<TFloating> get(Ops tf, Parameter parameter, Precision precision);
}
