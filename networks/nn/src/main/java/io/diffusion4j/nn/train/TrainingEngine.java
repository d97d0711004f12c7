package io.diffusion4j.nn.train;

import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.group.Group;
import java.util.List;
import java.util.Optional;

/**
 * Trains objectives. Engines are found by {@link java.util.ServiceLoader}; see {@link Learners}.
 */
public interface TrainingEngine {
  /** Returns the name on the command line, the same as that of the engine for inference. */
  String name();

  /**
   * Returns the reason why the engine cannot train here, or only slowly, in this precision; empty
   * if it can.
   */
  Optional<String> unavailable(Precision precision);

  /**
   * Whether it supports every objective, and so is the fallback for objectives that other engines
   * reject.
   */
  default boolean isLastResort() {
    return false;
  }

  /**
   * Prepares the training of an objective; the weights are not initialised.
   *
   * @param group the processes that train together; each computes its share of the rows
   * @throws io.diffusion4j.nn.UnsupportedLayerException if the engine cannot differentiate one of
   *     the objective's layers
   */
  TrainingSession learner(LossNetwork objective, TrainingConfig config, Group group);

  /**
   * Prepares the training of an objective with several forms.
   *
   * @param forms the objective for each form of a batch
   * @throws io.diffusion4j.nn.UnsupportedLayerException if the engine trains one form only
   */
  default TrainingSession learner(List<LossNetwork> forms, TrainingConfig config, Group group) {
    if (forms.size() > 1) {
      throw new UnsupportedLayerException("batches of several forms");
    }
    return learner(forms.get(0), config, group);
  }

  /** Prepares the training of an objective in this process alone. */
  default TrainingSession learner(LossNetwork objective, TrainingConfig config) {
    return learner(objective, config, Group.alone());
  }
}
