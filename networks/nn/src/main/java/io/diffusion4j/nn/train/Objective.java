package io.diffusion4j.nn.train;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The objective of a training: a network and its loss, defined in one vocabulary. */
@FunctionalInterface
public interface Objective {
  /**
   * Defines the loss.
   *
   * @param nn the root of the weights that are trained
   * @param inputs declares the contents of a batch
   */
  Loss define(Nn nn, Inputs inputs);

  /**
   * The loss of a batch.
   *
   * @param value a scalar, the mean over the batch
   * @param metrics further scalars to watch, by name
   * @param perTimestep {@code [B, 2]}, timestep and loss of each sample, where there are timesteps
   * @param features further values to be read
   */
  record Loss(
      Tensor value,
      Map<String, Tensor> metrics,
      Optional<Tensor> perTimestep,
      List<Tensor> features) {
    public Loss {
      metrics = new TreeMap<>(metrics);
      features = List.copyOf(features);
    }

    /** Creates a loss without features. */
    public Loss(Tensor value, Map<String, Tensor> metrics, Optional<Tensor> perTimestep) {
      this(value, metrics, perTimestep, List.of());
    }

    /** Creates a loss without timesteps. */
    public Loss(Tensor value, Map<String, Tensor> metrics) {
      this(value, metrics, Optional.empty());
    }

    /** Returns a loss without further metrics. */
    public static Loss of(Tensor value) {
      return new Loss(value, Map.of());
    }
  }
}
