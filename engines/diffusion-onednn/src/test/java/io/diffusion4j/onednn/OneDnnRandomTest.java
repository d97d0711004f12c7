package io.diffusion4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.nn.RandomNetwork;
import io.diffusion4j.nn.RandomNetwork.Kind;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.train.RandomTrainContract;
import io.diffusion4j.nn.train.TrainingEngine;
import org.junit.jupiter.api.Test;

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

  /** A convolution of one channel, whose rows are divided among threads. */
  @Test
  void eightBitsOfASingleChannelAreThoseOfTheirDefinition() {
    long seed = 812531751;
    assertThat(runs(new RandomNetwork(seed, Kind.SMALL), seed)).isTrue();
  }
}
