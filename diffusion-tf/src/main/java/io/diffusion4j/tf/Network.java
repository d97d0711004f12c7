package io.diffusion4j.tf;

import io.diffusion4j.tf.nn.Nn;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** A model: from named inputs to outputs, in layers. */
@FunctionalInterface
public interface Network {
  /**
   * Builds the forward pass.
   *
   * @param nn the root of the checkpoint
   * @param inputs declares what is fed
   * @return the outputs, each with the batch on the first axis
   */
  List<Operand<TFloat32>> build(Nn nn, Inputs inputs);
}
