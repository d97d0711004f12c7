package io.diffusion4j.training;

import io.diffusion4j.nn.weights.NamedTensors;
import java.util.Map;

/** What a validation measures beside the loss. */
@FunctionalInterface
interface Health {
  /** Nothing. */
  Health NONE = weights -> Map.of();

  /**
   * Numbers by name.
   *
   * @param weights the averaged ones of the training
   */
  Map<String, Double> of(NamedTensors weights);
}
