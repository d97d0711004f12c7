package io.diffusion4j.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PercentilesTest {
  @Test
  void theMedianIsInTheMiddleWhateverTheOrder() {
    assertThat(Percentiles.median(3, 1, 2)).isEqualTo(2);
    assertThat(Percentiles.median(4, 1, 3, 2)).isEqualTo(2.5);
    assertThat(Percentiles.median(7)).isEqualTo(7);
  }

  @Test
  void aShareOfTheValuesIsNoGreater() {
    double[] values = new double[200];
    for (int i = 0; i < values.length; i++) {
      values[i] = values.length - i; // 200, 199, …, 1
    }
    assertThat(Percentiles.of(values, 0.99)).isEqualTo(198);
    assertThat(Percentiles.of(values, 0.5)).isEqualTo(100);
    assertThat(Percentiles.of(values, 1)).isEqualTo(200);
    assertThat(Percentiles.of(new double[] {5}, 0.01)).isEqualTo(5);
  }

  @Test
  void ofNothingThereIsNone() {
    assertThatThrownBy(() -> Percentiles.median())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("values: none (expected: at least one)");
  }
}
