package io.diffusion4j.onednn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.onednn.run.PackedWeights.QuantisedWeights;
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
}
