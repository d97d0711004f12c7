package io.diffusion4j.onednn;

import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.LossNetwork;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingEngine;
import io.diffusion4j.nn.train.TrainingSession;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.train.OneDnnLearner;
import java.util.List;
import java.util.Optional;

/** Trains networks with oneDNN, without TensorFlow. */
public final class OneDnnTrainingEngine implements TrainingEngine {
  private final OneDnnEngine engine = new OneDnnEngine();

  /** Creates the engine; the library is loaded at its first use. */
  public OneDnnTrainingEngine() {}

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    return engine
        .unavailable(precision)
        .or(
            () ->
                Natives.trains()
                    ? Optional.empty()
                    : Optional.of("the processor lacks the instructions for training"));
  }

  @Override
  public TrainingSession learner(LossNetwork objective, TrainingConfig config, Group group) {
    return new OneDnnLearner(List.of(objective), config, group);
  }

  @Override
  public TrainingSession learner(List<LossNetwork> forms, TrainingConfig config, Group group) {
    return new OneDnnLearner(forms, config, group);
  }
}
