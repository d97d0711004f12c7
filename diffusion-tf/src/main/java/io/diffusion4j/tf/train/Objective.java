package io.diffusion4j.tf.train;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Nn;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** What training minimises, as a graph over a batch. */
@FunctionalInterface
public interface Objective {
  /**
   * Builds the loss.
   *
   * @param nn the root of the weights that are trained
   * @param inputs declares what a batch holds
   */
  Loss build(Nn nn, Inputs inputs);

  /**
   * The loss of a batch.
   *
   * @param value a scalar, the mean over the batch
   * @param metrics further scalars to watch, by name
   */
  record Loss(Operand<TFloat32> value, Map<String, Operand<TFloat32>> metrics) {
    public Loss {
      metrics = Map.copyOf(metrics);
    }

    public static Loss of(Operand<TFloat32> value) {
      return new Loss(value, Map.of());
    }
  }
}
