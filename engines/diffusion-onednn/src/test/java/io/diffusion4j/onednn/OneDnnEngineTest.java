package io.diffusion4j.onednn;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.nn.weights.ModelFiles;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.tf.TensorFlowEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the engine promises, on a network with every kind of layer that it has. */
class OneDnnEngineTest {
  private static final NetworkDefinition NETWORK = new LittleUnet();
  private static final TensorSource WEIGHTS = RandomWeights.of(NETWORK, 1);

  @BeforeAll
  static void onlyWhereItRuns() {
    for (Precision precision : EnumSet.complementOf(EnumSet.of(Precision.EXACT))) {
      var reason = new OneDnnEngine().unavailable(precision);
      assumeTrue(reason.isEmpty(), reason::toString);
    }
  }

  private static Executable compiled(Precision precision) {
    return new OneDnnEngine().compile(Network.of(NETWORK), WEIGHTS, Compute.of(precision));
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 1, 1e-5",
    "FLOAT32, 3, 1e-5",
    "FLOAT32, 19, 1e-5",
    "BFLOAT16, 1, 3e-2",
    "BFLOAT16, 3, 3e-2",
    "INT8, 1, 6e-2",
    "INT8, 3, 6e-2"
  })
  void theLayersAreThoseOfTensorFlow(Precision precision, int rows, double tolerance) {
    var batch = LittleBatches.of(rows, 2);
    try (var here = compiled(precision);
        var there =
            new TensorFlowEngine()
                .compile(Network.of(NETWORK), WEIGHTS, Compute.of(Precision.FLOAT32))) {
      var actual = here.run(batch);
      var expected = there.run(batch);
      assertThat(actual).hasSameSizeAs(expected);
      for (int i = 0; i < actual.size(); i++) {
        assertClose(actual.get(i), expected.get(i), tolerance);
      }
    }
  }

  /** Convolutions whose weights are more than a cache holds, with all that may follow them. */
  private static final NetworkDefinition WIDE =
      (nn, inputs) -> {
        var x = nn.input(inputs.floats("sample", 5, 5, 384));
        var vector = nn.input(inputs.floats("time", 384));
        var h = nn.silu(nn.at("first").conv2d(x, 384, 3));
        h = nn.add(x, nn.at("second").conv2d(h, 384, 3));
        h = nn.at("third").conv2d(h, 384, 3, 2, Init.FAN_IN);
        h = nn.add(nn.at("fourth").conv2d(h, 384, 3), nn.reshape(vector, -1, 1, 1, 384));
        return List.of(nn.output(h));
      };

  /** With every kind of layer that transformers have, and a mask that each position sees alike. */
  private static final NetworkDefinition TRANSFORMER =
      (nn, inputs) -> {
        var tokens = nn.input(inputs.floats("tokens", 6, 24));
        var vector = nn.input(inputs.floats("vector", 24));
        var present = inputs.floats("present", 6);
        var token = nn.reshape(nn.at("token").linear(vector, 32), -1, 1, 32);
        var last = nn.forEach(nn.learned("last", Init.normal(1), 1, 32), tokens);
        var h = nn.concat(1, List.of(nn.at("in").linear(tokens, 32), token, last));
        h = nn.add(h, nn.learned("places", Init.normal(1), 8, 32));
        var mask = List.of(nn.causalMask(8, -10_000), nn.hide(present, -10_000, 2));
        for (int i = 0; i < 2; i++) {
          var block = nn.at("block", i);
          var n = block.at("norm1").layerNorm(h, 1e-5);
          var q = block.at("q").linear(n, 32);
          var mixed =
              block.attention(q, block.at("k").linear(n, 32), block.at("v").linear(n, 32), 4, mask);
          h = nn.add(h, block.at("out").linear(mixed, 32));
          var up = nn.gelu(block.at("up").linear(block.at("norm2").layerNorm(h, 1e-5), 64));
          h = nn.add(h, block.at("down").linear(up, 32));
        }
        var end = nn.at("norm").layerNorm(nn.gelu(nn.position(h, 7)), 1e-5);
        return List.of(nn.output(nn.at("end").linear(end, 24)));
      };

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1, 1e-5", "FLOAT32, 5, 1e-5", "BFLOAT16, 3, 3e-2", "INT8, 3, 6e-2"})
  void transformersAreThoseOfTensorFlow(Precision precision, int rows, double tolerance) {
    var weights = RandomWeights.of(TRANSFORMER, 9);
    var random = new SplittableRandom(10);
    float[] present = new float[6 * rows];
    for (int i = 0; i < present.length; i++) {
      present[i] = i % 6 <= i / 6 ? 1 : 0; // one token of the first sample, two of the second
    }
    var batch =
        new Batch(rows)
            .floats("tokens", Init.normal(1).values(new long[] {rows, 6, 24}, random))
            .floats("vector", Init.normal(1).values(new long[] {rows, 24}, random))
            .floats("present", present);
    try (var here =
            new OneDnnEngine().compile(Network.of(TRANSFORMER), weights, Compute.of(precision));
        var there =
            new TensorFlowEngine()
                .compile(Network.of(TRANSFORMER), weights, Compute.of(Precision.FLOAT32))) {
      assertClose(here.run(batch).get(0), there.run(batch).get(0), tolerance);
    }
  }

  /** With this many keys the queries of a head are computed in several blocks. */
  @ParameterizedTest
  @CsvSource({"1, false", "3, false", "1, true"})
  void longSequencesAreThoseOfTensorFlow(int heads, boolean causal) {
    int length = 1100;
    NetworkDefinition definition =
        (nn, inputs) -> {
          var x = nn.input(inputs.floats("tokens", length, 24));
          var q = nn.at("q").linear(x, 24);
          var k = nn.at("k").linear(x, 24);
          var v = nn.at("v").linear(x, 24);
          List<Tensor> mask = causal ? List.of(nn.causalMask(length, -10_000)) : List.of();
          return List.of(nn.output(nn.attention(q, k, v, heads, mask)));
        };
    var weights = RandomWeights.of(definition, 9);
    var tokens = Init.normal(1).values(new long[] {2, length, 24}, new SplittableRandom(4));
    var batch = new Batch(2).floats("tokens", tokens);
    var compute = Compute.of(Precision.FLOAT32);
    try (var here = new OneDnnEngine().compile(Network.of(definition), weights, compute);
        var there = new TensorFlowEngine().compile(Network.of(definition), weights, compute)) {
      assertClose(here.run(batch).get(0), there.run(batch).get(0), 1e-5);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 1, 1e-5",
    "FLOAT32, 5, 1e-5",
    "BFLOAT16, 3, 3e-2",
    "INT8, 1, 6e-2",
    "INT8, 5, 6e-2"
  })
  void largeConvolutionsAreThoseOfTensorFlow(Precision precision, int rows, double tolerance) {
    var weights = RandomWeights.of(WIDE, 7);
    var random = new SplittableRandom(8);
    var batch =
        new Batch(rows)
            .floats("sample", Init.normal(1).values(new long[] {rows, 5, 5, 384}, random))
            .floats("time", Init.normal(1).values(new long[] {rows, 384}, random));
    try (var here = new OneDnnEngine().compile(Network.of(WIDE), weights, Compute.of(precision));
        var there =
            new TensorFlowEngine()
                .compile(Network.of(WIDE), weights, Compute.of(Precision.FLOAT32))) {
      assertClose(here.run(batch).get(0), there.run(batch).get(0), tolerance);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "EXACT", mode = EnumSource.Mode.EXCLUDE)
  void anAnswerIsTheSameToTheBitEachTimeAndOnEachThread(Precision precision) throws Exception {
    try (var network = compiled(precision)) {
      var batch = LittleBatches.of(3, 3);
      float[] expected = network.run(batch).get(0);
      Callable<float[]> again = () -> network.run(batch).get(0);
      var threads = Executors.newFixedThreadPool(4);
      try {
        for (var answer : threads.invokeAll(List.of(again, again, again, again, again, again))) {
          assertThat(answer.get()).isEqualTo(expected);
        }
      } catch (ExecutionException e) {
        throw new AssertionError(e.getCause());
      } finally {
        threads.shutdown();
      }
    }
  }

  /** Other numbers of threads round otherwise, as they divide sums otherwise. */
  @ParameterizedTest
  @CsvSource({"FLOAT32, 1", "FLOAT32, 2", "FLOAT32, 5", "BFLOAT16, 3", "INT8, 3"})
  void theNumberOfThreadsDecidesTheBits(Precision precision, int threads) {
    List<float[]> answers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      var compute = new Compute("onednn", Threads.of(threads), precision);
      try (var network = new OneDnnEngine().compile(Network.of(NETWORK), WEIGHTS, compute)) {
        answers.add(network.run(LittleBatches.of(3, 3)).get(0));
      }
    }
    assertThat(answers.get(1)).isEqualTo(answers.get(0));
  }

  /**
   * Files are read as they are mapped where oneDNN knows their numbers, and converted elsewhere.
   */
  @ParameterizedTest
  @CsvSource({
    "F32, FLOAT32",
    "F32, BFLOAT16",
    "BF16, FLOAT32",
    "BF16, BFLOAT16",
    "F16, FLOAT32",
    "F16, BFLOAT16",
    "F32, INT8",
    "BF16, INT8",
    "F16, INT8"
  })
  void weightsFromAFileAreThoseFromTheHeap(DType dtype, Precision precision, @TempDir Path folder) {
    ModelFiles.write(folder, Checkpoint.DIFFUSERS, WEIGHTS, name -> true, dtype, Map.of());
    var batch = LittleBatches.of(3, 6);
    try (var file = Checkpoint.open(folder)) {
      try (var here = new OneDnnEngine().compile(Network.of(NETWORK), file, Compute.of(precision));
          var there =
              new OneDnnEngine()
                  .compile(
                      Network.of(NETWORK),
                      new TensorMap().putAll("", file),
                      Compute.of(precision))) {
        assertThat(here.run(batch).get(0)).isEqualTo(there.run(batch).get(0));
      }
    }
  }

  @Test
  void aLayerThatItLacksIsNamed() {
    NetworkDefinition network = (nn, inputs) -> List.of(nn.sum(inputs.floats("x", 16), 1));
    assertThatThrownBy(
            () ->
                new OneDnnEngine()
                    .compile(
                        Network.of(network),
                        RandomWeights.of(network, 1),
                        Compute.of(Precision.FLOAT32)))
        .isInstanceOf(UnsupportedLayerException.class)
        .hasMessageStartingWith("layer: Reduce");
  }

  @Test
  void weightsThatDoNotFitAreReported() {
    NetworkDefinition other =
        (nn, inputs) ->
            List.of(nn.output(nn.at("other").linear(nn.input(inputs.floats("x", 16)), 16)));
    assertThatThrownBy(
            () ->
                new OneDnnEngine()
                    .compile(Network.of(other), WEIGHTS, Compute.of(Precision.FLOAT32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("other.weight")
        .hasMessageContaining("norm1.weight");
  }

  @Test
  void inputsThatDoNotFitAreRefused() {
    try (var network = compiled(Precision.FLOAT32)) {
      var batch = LittleBatches.of(1, 4).floats("present", new float[3]);
      assertThatThrownBy(() -> network.run(batch))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("present: 3 floats (expected: 5 floats");
      assertThatThrownBy(() -> network.run(new Batch(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("batch: [] (expected: [");
    }
  }

  @Test
  void whatIsClosedSaysSoAndGivesItsMemoryBack() {
    compiled(Precision.FLOAT32).close(); // the team and its streams stay
    long before = Memory.liveBytes() + Pointer.totalBytes();
    var network = compiled(Precision.FLOAT32);
    assertThat(Memory.liveBytes() + Pointer.totalBytes()).isGreaterThan(before);
    network.close();
    network.close();
    assertThat(Memory.liveBytes() + Pointer.totalBytes()).isEqualTo(before);
    assertThatThrownBy(() -> network.run(LittleBatches.of(1, 5)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
