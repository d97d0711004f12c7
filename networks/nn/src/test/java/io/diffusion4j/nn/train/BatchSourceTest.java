package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.group.RowRange;
import org.junit.jupiter.api.Test;

class BatchSourceTest {
  @Test
  void aStepHasItsOwnRandomness() {
    long first = BatchSource.random(1, 2).nextLong();
    assertThat(BatchSource.random(1, 2).nextLong()).isEqualTo(first);
    assertThat(BatchSource.random(2, 1).nextLong()).isNotEqualTo(first);
    assertThat(BatchSource.random(1, 3).nextLong()).isNotEqualTo(first);
  }

  @Test
  void aSourceIsFollowedByAnother() {
    BatchSource small = step -> new Batch(8 + (int) step);
    var both = small.until(3, step -> new Batch(80 + (int) step));
    assertThat(both.batch(2).rows()).isEqualTo(10);
    assertThat(both.batch(3).rows()).isEqualTo(83);
    var share = new RowRange(1, 3);
    assertThat(both.rows(2, share).rows()).isEqualTo(2);
    assertThat(both.rows(3, share).rows()).isEqualTo(2);
  }
}
