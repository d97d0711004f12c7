package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.nn.Batch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchSourceTest {
  @Test
  void sourcesInTurnGiveAllTheirBatchesInOrder() {
    List<String> asked = new ArrayList<>();
    var both = BatchSource.inTurn(noting("a", asked), noting("b", asked));
    for (long step : new long[] {0, 1, 2, 3, 4, 999_999_999_999L}) {
      both.batch(step);
    }
    assertThat(asked).containsExactly("a0", "b0", "a1", "b1", "a2", "b499999999999");
  }

  @Test
  void aSourceGivesWayToAnotherAtAStep() {
    List<String> asked = new ArrayList<>();
    var last = noting("b", asked).until(5, noting("c", asked));
    var all = noting("a", asked).until(2, last);
    for (long step : new long[] {0, 5, 1, 2, 4, 6}) {
      all.batch(step);
    }
    assertThat(asked).containsExactly("a0", "c5", "a1", "b2", "b4", "c6");
  }

  @Test
  void aStepHasItsOwnRandomness() {
    long first = BatchSource.random(1, 2).nextLong();
    assertThat(BatchSource.random(1, 2).nextLong()).isEqualTo(first);
    assertThat(BatchSource.random(2, 1).nextLong()).isNotEqualTo(first);
    assertThat(BatchSource.random(1, 3).nextLong()).isNotEqualTo(first);
  }

  private static BatchSource noting(String name, List<String> asked) {
    return step -> {
      asked.add(name + step);
      return new Batch(1);
    };
  }
}
