package io.diffusion4j.nn.train.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The groups that a share touches are computed whole, and its rows are returned. */
class RowGroupsTest {
  @ParameterizedTest
  @CsvSource({"64, 8", "16, 8", "8, 8", "12, 4", "6, 2", "7, 1", "1, 1"})
  void thereAreAtMostEightOfEqualSize(int rows, int count) {
    assertThat(new RowGroups(rows).count()).isEqualTo(count);
    assertThat(rows % count).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0, 24", "0, 1", "2, 3", "3, 6", "5, 19", "23, 24"})
  void valuesAreThoseOfWholeGroups(int from, int to) {
    var groups = new RowGroups(24);
    List<RowRange> computed = new ArrayList<>();
    List<String> values =
        groups.compute(
            new RowRange(from, to),
            group -> {
              computed.add(group);
              return IntStream.range(group.from(), group.to())
                  .mapToObj(i -> i + "@" + group)
                  .toList();
            });
    assertThat(values)
        .isEqualTo(
            IntStream.range(from, to)
                .mapToObj(i -> i + "@" + new RowRange(i / 3 * 3, i / 3 * 3 + 3))
                .toList());
    assertThat(computed.get(0).from()).isEqualTo(groups.covering(new RowRange(from, to)).from());
    assertThat(computed).allMatch(group -> group.count() == 3);
  }

  @Test
  void aNetworkThatLosesARowIsAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RowGroups(4).compute(new RowRange(0, 4), group -> List.of()))
        .withMessageStartingWith("values: ");
  }
}
