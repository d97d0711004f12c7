package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchSourceTest {
  @Test
  void aStepHasItsOwnRandomness() {
    long first = BatchSource.random(1, 2).nextLong();
    assertThat(BatchSource.random(1, 2).nextLong()).isEqualTo(first);
    assertThat(BatchSource.random(2, 1).nextLong()).isNotEqualTo(first);
    assertThat(BatchSource.random(1, 3).nextLong()).isNotEqualTo(first);
  }
}
