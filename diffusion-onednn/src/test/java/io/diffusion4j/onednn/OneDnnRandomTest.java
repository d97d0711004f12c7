package io.diffusion4j.onednn;

import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.train.RandomTrainContract;
import io.diffusion4j.nn.train.TrainingEngine;

class OneDnnRandomTest implements RandomTrainContract {
  @Override
  public Engine engine() {
    return new OneDnnEngine();
  }

  @Override
  public TrainingEngine trainingEngine() {
    return new OneDnnTrainingEngine();
  }

  @Override
  public boolean keepsBitsOfRows() {
    return true;
  }
}
