package io.diffusion4j.training;

import io.diffusion4j.checkpoint.TensorSource;
import java.util.Map;

/** The measurements of a validation in addition to the loss. */
@FunctionalInterface
public interface Health {
  /** Measures nothing. */
  Health NONE = weights -> Map.of();

  /**
   * Returns numbers by name.
   *
   * @param weights the averaged weights of the training
   */
  Map<String, Double> of(TensorSource weights);
}
