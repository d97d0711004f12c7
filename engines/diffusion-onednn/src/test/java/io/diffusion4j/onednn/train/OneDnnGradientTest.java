package io.diffusion4j.onednn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomNetwork;
import io.diffusion4j.nn.RandomNetwork.Kind;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.RandomSeeds;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.onednn.OneDnnTrainingEngine;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Scope;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients by an input for batches of more sizes than are kept compiled. */
class OneDnnGradientTest {
  private static final int SIDE = 8;
  private static final int CHANNELS = 32;
  private static final int SAMPLE = SIDE * SIDE * CHANNELS;

  /** Has every layer with parameters. */
  private static final NetworkDefinition NETWORK =
      (nn, inputs) -> {
        var x = nn.input(inputs.floats("x", SIDE, SIDE, CHANNELS));
        var vector = inputs.floats("vector", CHANNELS);
        var chosen = nn.orLearned(vector, inputs.floats("given", 1), "row", Init.FAN_IN);
        var row = nn.embedding(inputs.ints("class"), 5, CHANNELS, Init.FAN_IN);
        var h = nn.at("in").conv2d(x, CHANNELS, 3);
        h = nn.at("norm1").groupNormSilu(h, 8, 1e-5);
        h = nn.at("mid").conv2d(h, CHANNELS, 3);
        Tensor t = nn.reshape(h, -1, (long) SIDE * SIDE, CHANNELS);
        t = nn.add(t, nn.learned("places", Init.FAN_IN, SIDE * SIDE, CHANNELS));
        t = nn.at("norm2").layerNorm(t, 1e-5);
        t = nn.at("norm3").layerNorm(t, 1e-5, chosen, row);
        t = nn.at("out").linear(t, CHANNELS);
        var flat = nn.output(nn.reshape(t, -1, (long) SAMPLE));
        return List.of(nn.sum(nn.map(Function.SQUARE, flat), 1));
      };

  /** A row's gradient is the same to the bit, whichever sizes have been compiled before. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "BFLOAT16"})
  void sizesThatComeAndGoKeepTheBitsAndTheMemory(Precision precision) {
    assumeTrue(new OneDnnTrainingEngine().unavailable(precision).isEmpty());
    var random = new SplittableRandom(1);
    float[] x = Init.normal(1).values(new long[] {SAMPLE}, random);
    float[] vector = Init.normal(1).values(new long[] {CHANNELS}, random);
    var compute = new Compute("onednn", Threads.of(1), precision);
    var weights = RandomWeights.of(NETWORK, 1);
    var memories = new TreeSet<Long>();
    var resources = new TreeSet<Long>();
    try (var network = CompiledNetwork.withGradient(NETWORK, "x", weights, compute)) {
      float[] expected = network.run(rows(1, x, vector)).get(1);
      for (int round = 0; round < 10; round++) {
        for (int rows = 1; rows <= 8; rows++) {
          float[] all = network.run(rows(rows, x, vector)).get(1);
          for (int row = 0; row < rows; row++) {
            assertThat(Arrays.copyOfRange(all, row * SAMPLE, (row + 1) * SAMPLE))
                .as("round %d, row %d of %d", round, row, rows)
                .isEqualTo(expected);
          }
        }
        memories.add(Memory.liveBytes());
        resources.add(Scope.liveResources());
      }
    }
    assertThat(memories).as("bytes after each round").hasSize(1);
    assertThat(resources).as("native resources after each round").hasSize(1);
  }

  /** New sizes let a network grow by nothing, and a closed one leaves nothing. */
  @Test
  void sizesThatComeAndGoKeepTheResourcesOfRandomNetworks() {
    long before = Scope.liveResources();
    RandomSeeds.each(
        2,
        seed -> {
          var definition = new RandomNetwork(seed, Kind.LOSS);
          var network = Network.of(definition);
          var weights = RandomNetwork.weights(network, seed);
          var sample = RandomNetwork.sample(network, new SplittableRandom(seed));
          var resources = new TreeSet<Long>();
          var compute = new Compute("onednn", Threads.of(1), Precision.FLOAT32);
          try (var compiled = new OneDnnGradient(network, "x", weights, compute)) {
            for (int round = 0; round < 2; round++) {
              for (int rows = 1; rows <= 5; rows++) {
                compiled.run(RandomNetwork.batch(network, Collections.nCopies(rows, sample)));
              }
              resources.add(Scope.liveResources());
            }
          } catch (UnsupportedLayerException e) {
            return false;
          }
          assertThat(resources).as(definition.name()).hasSize(1);
          assertThat(Scope.liveResources()).as(definition.name()).isEqualTo(before);
          return true;
        });
  }

  private static Batch rows(int count, float[] x, float[] vector) {
    float[] given = new float[count];
    Arrays.fill(given, 1);
    return new Batch(count)
        .floats("x", repeated(x, count))
        .floats("vector", repeated(vector, count))
        .floats("given", given)
        .ints("class", new int[count]);
  }

  private static float[] repeated(float[] sample, int count) {
    float[] all = new float[sample.length * count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(sample, 0, all, i * sample.length, sample.length);
    }
    return all;
  }
}
