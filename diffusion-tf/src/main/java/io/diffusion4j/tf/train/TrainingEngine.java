package io.diffusion4j.tf.train;

import java.util.Optional;

/**
 * Something that trains without TensorFlow what TensorFlow could train too. Found by {@link
 * java.util.ServiceLoader}.
 */
public interface TrainingEngine {
  /** What it is called on the command line: the name of the engine that runs networks so. */
  String name();

  /**
   * Makes everything ready to train an objective; the weights are still to be filled.
   *
   * @return empty if it cannot here, or not this objective
   */
  Optional<Learner> learner(Objective objective, TrainingConfig config);
}
