package io.diffusion4j.onednn;

import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.train.LayerContract;
import io.diffusion4j.nn.train.TrainingEngine;
import java.util.Set;

class OneDnnLayersTest implements LayerContract {
  private static final String PER_CHANNEL =
      "a constant for each channel, of which there are as many as tokens";

  @Override
  public Engine engine() {
    return new OneDnnEngine();
  }

  @Override
  public TrainingEngine trainingEngine() {
    return new OneDnnTrainingEngine();
  }

  @Override
  public Set<String> notRun() {
    return Set.of(
        "ADD of numbers",
        "INVERSE_ROOT of numbers",
        "LOG of numbers",
        "LOG_SUM_EXP over an axis",
        "LOG_SUM_EXP over two axes",
        "MAXIMUM of numbers",
        "MAXIMUM over an axis",
        "MAXIMUM over two axes",
        "MEAN over an axis",
        "MEAN over two axes",
        "MINIMUM of numbers",
        "activations times a number",
        "MULTIPLY of numbers",
        "SUBTRACT of numbers",
        "SUM over two axes",
        PER_CHANNEL,
        "a value without gradient",
        "a vector over pixels",
        "constants",
        "learned table that lies transposed",
        "one of many",
        "probabilities",
        "products of all rows",
        "quotients",
        "selection",
        "tanh");
  }

  @Override
  public Set<String> notTrained() {
    return Set.of();
  }
}
