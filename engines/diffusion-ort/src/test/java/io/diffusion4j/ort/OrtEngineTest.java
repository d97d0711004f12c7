package io.diffusion4j.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.diffusion.denoiser.NativeOutOfMemoryException;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.weights.Init;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class OrtEngineTest {
  private static final int SIDE = 16;
  private static final int CHANNELS = 32;
  private static final int ROWS = 5;
  private static final Compute COMPUTE =
      Compute.of(Precision.FLOAT32).withEngine("ort").withThreads(Threads.of(2));

  /** Convolutions, a normalisation, attention and dense layers. */
  private static final NetworkDefinition NETWORK =
      (nn, inputs) -> {
        var x = nn.input(inputs.floats("x", SIDE, SIDE, 3));
        var h = nn.at("a").conv2d(x, CHANNELS, 3);
        h = nn.at("n").groupNormSilu(h, 8, 1e-5);
        var tokens = nn.reshape(h, -1, SIDE * SIDE, CHANNELS);
        var q = nn.at("q").linear(tokens, CHANNELS);
        tokens = nn.add(tokens, nn.attention(q, tokens, tokens, 4, List.of()));
        h = nn.reshape(tokens, -1, SIDE, SIDE, CHANNELS);
        return List.of(nn.output(nn.at("b").conv2d(h, 3, 3)));
      };

  private static Executable compiled() {
    return new OrtEngine().compile(Network.of(NETWORK), RandomWeights.of(NETWORK, 1), COMPUTE);
  }

  private static Batch batch(int seed) {
    long[] size = {ROWS * SIDE * SIDE * 3};
    return new Batch(ROWS).floats("x", Init.normal(1).values(size, new SplittableRandom(seed)));
  }

  @Test
  void itIsFoundAndUsedOnlyWhereItIsNamed() {
    assertThat(Engines.names()).contains("ort", "ort:cuda", "ort:coreml", "ort:directml");
    assertThat(Engines.all().stream().filter(OrtEngine.class::isInstance))
        .hasSize(4)
        .noneMatch(Engine::isAutomatic);
    try (var network = new CompiledNetwork(NETWORK, RandomWeights.of(NETWORK, 1), COMPUTE)) {
      assertThat(network.run(batch(1)).get(0)).hasSize(ROWS * SIDE * SIDE * 3);
    }
    assertThatThrownBy(
            () ->
                new CompiledNetwork(
                    NETWORK, RandomWeights.of(NETWORK, 1), COMPUTE.withEngine(Engines.AUTO)))
        .hasMessageContaining("engine: none");
  }

  /** A version that keeps the activations of a call grows by a gigabyte here. */
  @Test
  @Tag("slow")
  @EnabledOnOs(OS.LINUX)
  void thousandsOfCallsTakeNoMemory() throws IOException {
    try (Executable network = compiled()) {
      for (int call = 0; call < 200; call++) {
        network.run(batch(call));
      }
      long before = residentKilobytes();
      for (int call = 0; call < 2000; call++) {
        network.run(batch(call)); // other values each time
      }
      assertThat(residentKilobytes() - before).isLessThan(100_000);
    }
  }

  private static long residentKilobytes() throws IOException {
    System.gc(); // what is measured is outside the heap
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  @Test
  void aProviderThatIsNotThereIsReportedInALine() {
    assertThatThrownBy(
            () ->
                new CompiledNetwork(
                    NETWORK, RandomWeights.of(NETWORK, 1), COMPUTE.withEngine("ort:cuda")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "engine: ort:cuda: this build of ONNX Runtime lacks CUDAExecutionProvider"
                + " \\(it has .*CPUExecutionProvider.*\\)");
  }

  @Test
  void bfloat16IsRefusedInALine() {
    assertThatThrownBy(
            () ->
                new CompiledNetwork(
                    NETWORK,
                    RandomWeights.of(NETWORK, 1),
                    COMPUTE.withPrecision(Precision.BFLOAT16)))
        .hasMessage("engine: ort: ONNX Runtime computes in float32 here; use --precision f32");
  }

  @Test
  void gradientsAreLeftToOthers() {
    assertThatThrownBy(
            () ->
                new OrtEngine()
                    .compileWithGradient(
                        Network.of(NETWORK), "x", RandomWeights.of(NETWORK, 1), COMPUTE))
        .isInstanceOf(UnsupportedLayerException.class);
  }

  @Test
  void otherWeightsAreListed() {
    assertThatThrownBy(() -> new OrtEngine().compile(Network.of(NETWORK), new TensorMap(), COMPUTE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("a.weight");
  }

  @Test
  void theSameBatchGivesTheSameBits() {
    try (var first = compiled();
        var second = compiled()) {
      float[] values = first.run(batch(1)).get(0);
      for (int i = 0; i < 10; i++) {
        assertThat(first.run(batch(1)).get(0)).isEqualTo(values);
      }
      assertThat(second.run(batch(1)).get(0)).isEqualTo(values);
    }
  }

  /** Not to the bit, which is not promised. */
  @Test
  void aRowIsTheSameInAnyCompanyButForRounding() {
    try (var network = compiled()) {
      float[] all = network.run(batch(1)).get(0);
      int size = all.length / ROWS;
      for (int row = 0; row < ROWS; row++) {
        float[] alone = network.run(batch(1).rows(row, row + 1)).get(0);
        for (int i = 0; i < size; i++) {
          assertThat(alone[i]).isCloseTo(all[row * size + i], within(1e-5f));
        }
      }
    }
  }

  @Test
  void severalThreadsMayRunItAtOnce() throws Exception {
    var callers = Executors.newFixedThreadPool(4);
    try (var network = compiled()) {
      List<float[]> expected = new ArrayList<>();
      List<Callable<float[]>> calls = new ArrayList<>();
      for (int seed = 0; seed < 12; seed++) {
        var batch = batch(seed);
        expected.add(network.run(batch).get(0));
        calls.add(() -> network.run(batch).get(0));
      }
      List<Future<float[]>> results = callers.invokeAll(calls);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(expected.get(i));
      }
    } finally {
      callers.shutdown();
    }
  }

  @Test
  void aClosedNetworkRefusesToRun() {
    var network = compiled();
    network.close();
    network.close();
    assertThatThrownBy(() -> network.run(batch(1))).isInstanceOf(IllegalStateException.class);
  }

  /** Sixteen megabytes for each row. */
  @Test
  void memoryThatIsNotThereIsReportedAndTheNetworkLivesOn() {
    int size = 1 << 22;
    NetworkDefinition large = (nn, inputs) -> List.of(nn.oneHot(inputs.ints("id"), size));
    try (var network = new OrtEngine().compile(Network.of(large), new TensorMap(), COMPUTE)) {
      int rows = 1 << 24; // a quarter of a petabyte
      assertThatThrownBy(() -> network.run(new Batch(rows).ints("id", new int[rows])))
          .isInstanceOf(NativeOutOfMemoryException.class)
          .hasMessage("batch: " + rows + " rows (expected: fewer, or more memory)");
      float[] expected = new float[size];
      expected[3] = 1;
      assertThat(network.run(new Batch(1).ints("id", new int[] {3})).get(0)).isEqualTo(expected);
    }
  }
}
