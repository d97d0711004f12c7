package io.diffusion4j.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.CompiledNetwork.Loading;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Towers in segments compute what they do in one piece, whenever segments are loaded. */
class SegmentedTowerTest {
  private static final Transformer BLOCKS = new Transformer(64, 128, 4, 2, Activation.GELU, 1e-5);

  private static void assertSame(NetworkDefinition tower, Batch batch) {
    var weights = RandomWeights.of(tower, 3);
    var compute = Compute.of(Precision.FLOAT32);
    List<float[]> whole;
    try (var compiled = new CompiledNetwork(tower, weights, compute)) {
      whole = compiled.run(batch);
    }
    for (Loading loading : Loading.values()) {
      try (var compiled = CompiledNetwork.inSegments(tower, weights, compute, loading, 1)) {
        for (int run = 0; run < 2; run++) {
          var parts = compiled.run(batch);
          for (int i = 0; i < whole.size(); i++) {
            assertClose(parts.get(i), whole.get(i));
          }
        }
      }
    }
  }

  private static void assertClose(float[] actual, float[] expected) {
    float most = 0;
    for (float value : expected) {
      most = Math.max(most, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f * most));
    }
  }

  @Test
  void theTextTower() {
    int[] ids = {0, 7, 9, 1, 1, 0, 5, 1, 1, 1};
    float[] end = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0};
    assertSame(
        new ClipTextNetwork(BLOCKS, 12, 5, 32),
        new Batch(2).ints(ClipTextNetwork.IDS, ids).floats(ClipTextNetwork.END, end));
  }

  @Test
  void theImageTower() {
    var random = new SplittableRandom(1);
    float[] pixels = new float[2 * 16 * 16 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    assertSame(
        new ClipVisionNetwork(BLOCKS, 16, 8, 32),
        new Batch(2).floats(ClipVisionNetwork.PIXELS, pixels));
  }

  /** Runs on other threads when a tower is closed end with their results, and later ones fail. */
  @ParameterizedTest
  @EnumSource
  @Timeout(20)
  void aClosedTowerEndsItsRunsAndTakesNoOthers(Loading loading) throws Exception {
    var tower = new ClipVisionNetwork(BLOCKS, 16, 8, 32);
    var compute = Compute.of(Precision.FLOAT32);
    float[] pixels = new float[16 * 16 * 3];
    Arrays.fill(pixels, 0.5f);
    var compiled =
        CompiledNetwork.inSegments(tower, RandomWeights.of(tower, 3), compute, loading, 1);
    float[] expected = run(compiled, pixels);
    var runners = Executors.newFixedThreadPool(2);
    try {
      var started = new CountDownLatch(2);
      Callable<RuntimeException> runs =
          () -> {
            started.countDown();
            while (!Thread.interrupted()) {
              float[] result;
              try {
                result = run(compiled, pixels);
              } catch (RuntimeException e) {
                return e;
              }
              assertClose(result, expected);
            }
            throw new InterruptedException();
          };
      var ends = List.of(runners.submit(runs), runners.submit(runs));
      started.await();
      compiled.close();
      for (var end : ends) {
        assertThat(end.get())
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("network: closed (expected: open)");
      }
    } finally {
      runners.shutdownNow();
    }
  }

  private static float[] run(CompiledNetwork tower, float[] pixels) {
    return tower.run(new Batch(1).floats(ClipVisionNetwork.PIXELS, pixels)).get(0);
  }
}
