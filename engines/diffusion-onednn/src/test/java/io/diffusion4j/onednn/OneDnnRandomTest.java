package io.diffusion4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.QuantisedLayers;
import io.diffusion4j.nn.RandomNetwork;
import io.diffusion4j.nn.RandomNetwork.Kind;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.reference.Conditioned;
import io.diffusion4j.nn.train.RandomTrainContract;
import io.diffusion4j.nn.train.TrainingEngine;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  /** Groups of one value, whose variance is 0: a·x − a·μ had lost six of its digits. */
  @Test
  void gradientsBehindGroupsOfASingleValueAreThoseOfTheirDefinition() {
    assertThat(trains(270590531)).isTrue();
  }

  /** A thread's part of one value, which oneDNN does not reduce to its largest. */
  @Test
  void eightBitsOfASingleValueAreThoseOfTheirDefinition() {
    var network =
        Network.of(
            (nn, inputs) -> {
              var x = nn.at("first").linear(nn.input(inputs.floats("x", 2, 1)), 1);
              var y = nn.at("middle").linear(nn.gelu(x), 1);
              return List.of(nn.output(nn.at("last").linear(nn.gelu(y), 2)));
            });
    var batch = new Batch(1);
    batch.floats("x", new float[] {0.7f, -0.4f});
    assertEightBits(network, batch);
  }

  /** Values of some functions have a lower bound, from which they are counted in 8 bits. */
  @ParameterizedTest
  @EnumSource
  void eightBitsOfAFunctionAreThoseOfItsDefinition(Function function) {
    assumeTrue(engine().unavailable(Precision.INT8).isEmpty());
    boolean isOfPositive = function == Function.LOG || function == Function.INVERSE_ROOT;
    var network =
        Network.of(
            (nn, inputs) -> {
              var x = nn.at("first").linear(nn.input(inputs.floats("x", 6, 16)), 16);
              var y = nn.at("norm").layerNorm(x, 1e-5);
              var z = nn.map(function, isOfPositive ? nn.map(Function.EXP, y) : y);
              return List.of(nn.output(nn.at("last").linear(nn.at("middle").linear(z, 16), 8)));
            });
    assertThat(QuantisedLayers.of(network)).isNotEmpty();
    assertEightBits(network, RandomNetwork.sample(network, new SplittableRandom(1)));
  }

  private void assertEightBits(Network network, Batch batch) {
    var weights = RandomNetwork.weights(network, 1);
    for (Precision precision : List.of(Precision.FLOAT32, Precision.INT8)) {
      var compute = new Compute(engine().name(), Threads.of(2), precision);
      try (var compiled = engine().compile(network, weights, compute)) {
        Conditioned.outputs(network, weights, List.of(batch), precision)
            .assertClose(compiled.run(batch), precision.toString());
      }
    }
  }
}
