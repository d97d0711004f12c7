package io.diffusion4j.tf;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.LossNetwork;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.nn.train.TrainingEngine;
import io.diffusion4j.nn.train.TrainingSession;
import io.diffusion4j.nn.train.group.Group;
import java.util.Optional;

/** Trains every objective with TensorFlow. */
public final class TensorFlowTrainingEngine implements TrainingEngine {
  private final TensorFlowEngine engine = new TensorFlowEngine();

  /** Creates the engine; the library is loaded at its first use. */
  public TensorFlowTrainingEngine() {}

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public boolean isLastResort() {
    return engine.isLastResort();
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    return engine.unavailable(precision);
  }

  @Override
  public TrainingSession learner(LossNetwork objective, TrainingConfig config, Group group) {
    Check.that(
        config.activations() == Activations.KEPT,
        "activations",
        config.activations(),
        "KEPT, as TensorFlow trains; oneDNN recomputes them");
    Check.that(
        group.isAlone() || objective.isMeanOfRows(),
        "engine",
        name(),
        "onednn, for several processes with a loss that is no mean of its rows' losses");
    return new TensorFlowLearner(objective, config, group);
  }
}
