package io.diffusion4j.onednn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.onednn.run.PackedWeights.QuantisedWeights;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuantisedWeightsTest {
  private static final int OUTPUTS = 5;
  private static final int EACH = 72;

  @Test
  void aWeightIsWithinHalfAStepOfItsOutput() {
    float[] weights = Init.normal(0.02).values(new long[] {OUTPUTS, EACH}, new SplittableRandom(1));
    for (int i = EACH; i < 2 * EACH; i++) {
      weights[i] *= 1000; // an output with large weights must not cost the others their precision
    }
    var quantised = QuantisedWeights.of(weights, OUTPUTS);
    for (int i = 0; i < weights.length; i++) {
      float scale = quantised.scales()[i / EACH];
      assertThat(quantised.values()[i] * scale).isCloseTo(weights[i], within(0.5001f * scale));
    }
  }

  @Test
  void theLargestWeightOfAnOutputIsTheLargestInteger() {
    var quantised = QuantisedWeights.of(new float[] {1, -4, 2, 3e-30f, -2e-30f, 0}, 2);
    assertThat(quantised.values()).containsExactly(32, -127, 64, 127, -85, 0);
  }

  @Test
  void anOutputWithoutWeightsIsZero() {
    var quantised = QuantisedWeights.of(new float[] {0, 0, -0f, Float.MIN_VALUE}, 2);
    assertThat(quantised.values()).containsOnly(0);
    assertThat(quantised.scales()).containsExactly(1, 1);
  }

  /** A test of the cache of packed weights: if the digest changes, the version must change too. */
  @Test
  void aVersionNamesTheIntegersAndScalesOfTheSameWeights() {
    float[] weights = Init.normal(0.02).values(new long[] {OUTPUTS, EACH}, new SplittableRandom(1));
    var quantised = QuantisedWeights.of(weights, OUTPUTS);
    var bytes = ByteBuffer.allocate(weights.length + OUTPUTS * Float.BYTES).put(quantised.values());
    bytes.asFloatBuffer().put(quantised.scales());
    String digest = HexFormat.of().formatHex(Sha256.of(bytes.array()), 0, 8);
    assertThat(QuantisedWeights.VERSION + " " + digest).isEqualTo("1 540b7d363bce1f89");
  }

  @Test
  void theFileOfPackedWeightsIsNamedByAllThatDeterminesItsBytes() {
    var sums = Map.of("a", 1, "b", 2);
    assertThat(
            List.of(
                PackedWeightCache.name(1, "3.8.1", Precision.INT8, 2, sums),
                PackedWeightCache.name(2, "3.8.1", Precision.INT8, 2, sums),
                PackedWeightCache.name(1, "3.8.2", Precision.INT8, 2, sums),
                PackedWeightCache.name(1, "3.8.1", Precision.FLOAT32, 2, sums),
                PackedWeightCache.name(1, "3.8.1", Precision.INT8, 3, sums),
                PackedWeightCache.name(1, "3.8.1", Precision.INT8, 2, Map.of("a", 1, "b", 3))))
        .doesNotHaveDuplicates();
  }
}
