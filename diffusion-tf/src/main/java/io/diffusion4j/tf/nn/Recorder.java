package io.diffusion4j.tf.nn;

import java.util.List;
import org.tensorflow.Operand;

/**
 * Is told each layer as a network is built. A layer made of others is told after them, with their
 * last output as its own: the last that is told of an output says best what it is.
 */
@FunctionalInterface
public interface Recorder {
  /** Listens to nothing. */
  Recorder NONE = (layer, inputs, output) -> {};

  /** Is told one layer. */
  void record(Layer layer, List<Operand<?>> inputs, Operand<?> output);
}
