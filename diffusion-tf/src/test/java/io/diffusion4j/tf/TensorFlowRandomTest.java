package io.diffusion4j.tf;

import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.train.RandomTrainContract;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.nn.train.TrainingEngine;
import java.util.Set;

class TensorFlowRandomTest implements RandomTrainContract {
  @Override
  public Engine engine() {
    return new TensorFlowEngine();
  }

  @Override
  public TrainingEngine trainingEngine() {
    return new TensorFlowTrainingEngine();
  }

  @Override
  public Set<Activations> activations() {
    return Set.of(Activations.KEPT);
  }
}
