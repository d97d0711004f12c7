package io.diffusion4j.diffusion.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class VectorsTest {
  @Test
  void sumsInDoublePrecision() {
    float[] a = {1e8f, 1, -1e8f};
    float[] b = {1, 1, 1};

    assertThat(Vectors.dot(a, b)).isEqualTo(1);
  }

  @Test
  void vectorsOfDifferentLengthsAreRefused() {
    assertThatThrownBy(() -> Vectors.dot(new float[3], new float[4]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("vectors: 3 and 4 values (expected: as many)");
  }
}
