package io.diffusion4j.tf.train;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Nn;
import java.util.Map;
import java.util.Optional;
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
   * @param perTimestep {@code [B, 2]}, timestep and loss of each sample, where there are timesteps
   */
  record Loss(
      Operand<TFloat32> value,
      Map<String, Operand<TFloat32>> metrics,
      Optional<Operand<TFloat32>> perTimestep) {
    public Loss {
      metrics = Map.copyOf(metrics);
    }

    /** A loss without timesteps. */
    public Loss(Operand<TFloat32> value, Map<String, Operand<TFloat32>> metrics) {
      this(value, metrics, Optional.empty());
    }

    public static Loss of(Operand<TFloat32> value) {
      return new Loss(value, Map.of());
    }
  }
}
