package io.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermutationTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 7, 16, 17, 63, 64, 65, 1000})
  void everyNumberComesOnce(long size) {
    for (long epoch = 0; epoch < 5; epoch++) {
      assertThat(order(size, 7, epoch))
          .containsExactlyInAnyOrderElementsOf(LongStream.range(0, size).boxed().toList());
    }
  }

  @Test
  void seedsAndEpochsHaveOrdersOfTheirOwn() {
    assertThat(order(100, 1, 0))
        .isEqualTo(order(100, 1, 0))
        .isNotEqualTo(order(100, 1, 1))
        .isNotEqualTo(order(100, 2, 0));
    assertThat(order(100, 1, 2)).isNotEqualTo(order(100, 2, 1));
  }

  @Test
  void everyPlaceIsAboutEquallyLikely() {
    int[] counts = new int[10];
    int epochs = 10_000;
    for (int epoch = 0; epoch < epochs; epoch++) {
      counts[(int) new Permutation(10, 3, epoch).at(0)]++;
    }
    // The standard deviation of a count is 30.
    for (int count : counts) {
      assertThat(count).isBetween(850, 1150);
    }
  }

  @Test
  void aBillionNumbersNeedNoMemory() {
    var large = new Permutation(1_000_000_007, 1, 0);
    assertThat(LongStream.range(0, 1000).map(large::at).distinct().count()).isEqualTo(1000);
    assertThat(large.at(1_000_000_006)).isBetween(0L, 1_000_000_006L);
  }

  @Test
  void placesOutsideAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Permutation(3, 1, 0).at(3))
        .withMessage("place: 3 (expected: in [0, 3))");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Permutation(0, 1, 0))
        .withMessage("size: 0 (expected: ≥ 1)");
  }

  private static List<Long> order(long size, long seed, long epoch) {
    var permutation = new Permutation(size, seed, epoch);
    return LongStream.range(0, size).map(permutation::at).boxed().toList();
  }
}
