package io.diffusion4j.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReferenceTest {
  private final Reference reference = new Reference();

  @BeforeEach
  void first() {
    assertThat(reference.error(EngineUnderTest.OURS_F32, 1, new float[] {3, -4, 0})).isZero();
  }

  @Test
  void theErrorIsRelativeToTheRmsOfTheReference() {
    assertThat(reference.error(EngineUnderTest.TORCH_BF16, 1, new float[] {3, -4, 0.05f}))
        .isCloseTo(0.01, within(1e-6));
  }

  @Test
  void aPeerThatComputesSomethingElseIsAFaultInOneLine() {
    assertThatThrownBy(
            () -> reference.error(EngineUnderTest.TORCH_F32, 8, new float[] {3, -4, 0.05f}))
        .isInstanceOf(PeerException.class)
        .hasMessageMatching(
            "libtorch in f32, batch 8: relative error 0\\.01\\d* \\(expected: ≤ 1.0E-4\\)");
  }

  @Test
  void otherSizesAndNotANumberAreFaults() {
    assertThatThrownBy(() -> reference.error(EngineUnderTest.ORT_F32, 1, new float[] {3, -4}))
        .hasMessageContaining("relative error NaN");
    assertThatThrownBy(
            () -> reference.error(EngineUnderTest.ORT_F32, 1, new float[] {3, -4, Float.NaN}))
        .hasMessageContaining("relative error NaN");
  }

  /** Users choose int8 for its speed, so its error is shown and never fails. */
  @Test
  void oursIsReported() {
    assertThat(reference.error(EngineUnderTest.OURS_INT8, 1, new float[] {0, 0, 0})).isEqualTo(1);
  }
}
