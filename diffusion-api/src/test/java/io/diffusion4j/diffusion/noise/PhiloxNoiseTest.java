package io.diffusion4j.diffusion.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhiloxNoiseTest {
  /** The known answers of Random123 for philox4x32-10. */
  @ParameterizedTest
  @CsvSource({
    "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
    "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"
  })
  void theGeneratorGivesThePublishedAnswers(String counter, String key, String answer) {
    int[] block = words(counter);
    int[] keys = words(key);
    Philox.encrypt(block, Integer.toUnsignedLong(keys[0]) | (long) keys[1] << 32);
    assertThat(block).isEqualTo(words(answer));
  }

  private static int[] words(String hex) {
    return Arrays.stream(hex.trim().split(" ", -1))
        .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
        .toArray();
  }

  @Test
  void theNumbersAreStandardNormal() {
    float[] values = new PhiloxNoise(42, 0).gaussian("decoder", 3, 200_000);
    double[] moments = new double[5];
    int beyondTwo = 0;
    for (float value : values) {
      for (int k = 1; k <= 4; k++) {
        moments[k] += Math.pow(value, k) / values.length;
      }
      beyondTwo += Math.abs(value) > 2 ? 1 : 0;
    }
    // Five standard errors: √(1, 2, 15, 96) / √200,000 each.
    assertThat(moments[1]).isCloseTo(0, within(0.0112));
    assertThat(moments[2]).isCloseTo(1, within(0.0159));
    assertThat(moments[3]).isCloseTo(0, within(0.044));
    assertThat(moments[4]).isCloseTo(3, within(0.11));
    assertThat(beyondTwo / (double) values.length).isCloseTo(0.0455, within(0.0024));
  }

  @Test
  void neighbouringAddressesAreUncorrelated() {
    PhiloxNoise noise = new PhiloxNoise(42, 0);
    int size = 100_000;
    float[] reference = noise.gaussian("decoder", 3, size);
    List<float[]> others =
        List.of(
            noise.gaussian("decoder", 4, size),
            noise.gaussian("decoder", NoiseSource.INITIAL, size),
            noise.gaussian("decodes", 3, size),
            noise.candidate(1).gaussian("decoder", 3, size),
            noise.candidate(2).gaussian("decoder", 3, size),
            new PhiloxNoise(42, 1).gaussian("decoder", 3, size),
            new PhiloxNoise(43, 0).gaussian("decoder", 3, size),
            new PhiloxNoise(42 + (1L << 32), 0).gaussian("decoder", 3, size));
    for (float[] other : others) {
      double correlation = 0;
      for (int i = 0; i < size; i++) {
        correlation += reference[i] * (double) other[i] / size;
      }
      assertThat(correlation).isCloseTo(0, within(0.016)); // five standard errors
    }
  }

  @Test
  void theSameAddressGivesTheSameBitsWhateverWasDrawnBefore() {
    PhiloxNoise noise = new PhiloxNoise(-1, 5);
    float[] first = noise.gaussian("prior", 7, 100);
    noise.gaussian("prior", 8, 31);
    assertThat(noise.gaussian("prior", 7, 100)).isEqualTo(first);
    assertThat(new PhiloxNoise(-1, 5).gaussian("prior", 7, 100)).isEqualTo(first);
  }

  @Test
  void aShorterSampleIsTheStartOfALongerOne() {
    PhiloxNoise noise = new PhiloxNoise(9, 0);
    float[] longer = noise.gaussian("prior", 0, 100);
    for (int size : new int[] {0, 1, 2, 7, 99}) {
      assertThat(noise.gaussian("prior", 0, size)).isEqualTo(Arrays.copyOf(longer, size));
    }
  }

  /**
   * The numbers of a seed must never change, since published images are drawn again from their
   * seeds.
   */
  @Test
  void aSeedKeepsItsMeaning() {
    assertThat(new PhiloxNoise(42, 0).gaussian("decoder", NoiseSource.INITIAL, 4))
        .containsExactly(0.3566408f, -0.723514f, 1.0266613f, 0.09109776f);
    assertThat(new PhiloxNoise(-7, 3).candidate(1).gaussian("prior", 12, 3))
        .containsExactly(0.06308854f, -1.2048318f, -0.4243989f);
  }

  @Test
  void theFirstCandidateIsTheSourceItself() {
    PhiloxNoise noise = new PhiloxNoise(9, 0);
    assertThat(noise.candidate(0).gaussian("prior", 0, 5)).isEqualTo(noise.gaussian("prior", 0, 5));
  }

  @Test
  void badInputGetsOneClearError() {
    PhiloxNoise noise = new PhiloxNoise(9, 0);
    assertThatThrownBy(() -> noise.gaussian("prior", -2, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step: -2 (expected: ≥ -1)");
    assertThatThrownBy(() -> noise.gaussian("prior", 0, -5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("size: -5 (expected: ≥ 0)");
  }
}
