package io.diffusion4j.diffusion.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.noise.PhiloxNoise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlerpTest {
  private static float[] vector(int seed) {
    return new PhiloxNoise(seed, 0).gaussian("vector", 0, 64);
  }

  private static double angle(float[] a, float[] b) {
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
    }
    return Math.acos(Math.min(1, dot / Vectors.length(a) / Vectors.length(b)));
  }

  private static float[] scaled(float[] v, double length) {
    float[] scaled = v.clone();
    for (int i = 0; i < v.length; i++) {
      scaled[i] = (float) (v[i] * length / Vectors.length(v));
    }
    return scaled;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.25, 0.5, 0.9})
  void theAngleGrowsWithTheRatioAndTheLengthStays(double ratio) {
    for (int seed = 0; seed < 20; seed++) {
      float[] a = scaled(vector(seed), 5);
      float[] b = scaled(vector(seed + 100), 5);
      float[] between = Slerp.between(a, b, ratio);
      assertThat(angle(a, between)).isCloseTo(ratio * angle(a, b), within(1e-5));
      assertThat(angle(between, b)).isCloseTo((1 - ratio) * angle(a, b), within(1e-5));
      assertThat(Vectors.length(between)).isCloseTo(5, within(1e-5));
    }
  }

  @Test
  void theEndsAreTheVectorsThemselves() {
    float[] a = vector(1);
    float[] b = scaled(vector(2), 3);
    assertThat(Slerp.between(a, b, 0)).isEqualTo(a).isNotSameAs(a);
    assertThat(Slerp.between(a, b, 1)).isEqualTo(b).isNotSameAs(b);
  }

  @Test
  void vectorsOfOneDirectionAreMixedLinearly() {
    float[] a = vector(1);
    assertThat(Slerp.between(a, a, 0.3)).containsExactly(a, within(1e-6f));
    assertThat(Vectors.length(Slerp.between(scaled(a, 1), scaled(a, 3), 0.5)))
        .isCloseTo(2, within(1e-5));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.25, 0.5, 0.75})
  void oppositeVectorsAreHalfATurnApart(double ratio) {
    float[] a = vector(1);
    float[] b = scaled(a, -Vectors.length(a));
    float[] between = Slerp.between(a, b, ratio);
    assertThat(angle(a, between)).isCloseTo(ratio * Math.PI, within(1e-5));
    assertThat(Vectors.length(between)).isCloseTo(Vectors.length(a), within(1e-5));
    float[] axis = {0, 0, 2};
    assertThat(Slerp.between(axis, new float[] {0, 0, -2}, 0.5))
        .containsExactly(new float[] {2, 0, 0}, within(1e-6f));
  }

  @Test
  void aVectorOfNoDirectionIsMixedLinearly() {
    assertThat(Slerp.between(new float[2], new float[] {2, 4}, 0.25)).containsExactly(0.5f, 1);
    assertThat(Slerp.between(new float[2], new float[2], 0.5)).containsExactly(0, 0);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY})
  void aRatioOutsideIsRefused(double ratio) {
    assertThatThrownBy(() -> Slerp.between(new float[2], new float[2], ratio))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ratio: " + ratio + " (expected: in [0, 1])");
    assertThatThrownBy(() -> Slerp.between(new float[2], new float[3], 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("b: 3 values (expected: 2, as a's)");
  }
}
