package io.diffusion4j.nn.train;

import io.diffusion4j.nn.engine.Precision;
import java.util.Optional;

/** Trains objectives. Found by {@link java.util.ServiceLoader}; see {@link Learners}. */
public interface TrainingEngine {
  /** The name of the engine on the command line: that of the engine which runs networks so. */
  String name();

  /** Why the engine cannot train here, or not well, in this precision; empty if it can. */
  Optional<String> unavailable(Precision precision);

  /** Whether it trains every objective, so that those which the others refuse are left to it. */
  default boolean isLastResort() {
    return false;
  }

  /**
   * Makes everything ready to train an objective; the weights are still to be filled.
   *
   * @throws io.diffusion4j.nn.UnsupportedLayerException if the engine cannot differentiate one of
   *     the objective's layers
   */
  Learner learner(LossNetwork objective, TrainingConfig config);
}
