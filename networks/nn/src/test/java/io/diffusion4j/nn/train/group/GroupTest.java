package io.diffusion4j.nn.train.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class GroupTest {
  @Test
  void aProcessByItselfIsAGroup() {
    GroupContract.check(Group.alone());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8})
  void threadsAreAGroup(int size) {
    Members.run(
        size,
        group -> {
          GroupContract.check(group);
          return group.rank();
        });
  }

  /** Plays the rounds of all members with sums of symbols. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 33})
  void theRoundsAddUpTheTree(int size) {
    var rounds = IntStream.range(0, size).mapToObj(rank -> Round.of(rank, size)).toList();
    String[] sums = IntStream.range(0, size).mapToObj(String::valueOf).toArray(String[]::new);
    int[] done = new int[size];
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int rank = 0; rank < size; rank++) {
        if (done[rank] == rounds.get(rank).size()) {
          continue;
        }
        var round = rounds.get(rank).get(done[rank]);
        boolean allAreThere =
            round.members().stream()
                .allMatch(
                    member ->
                        done[member] < rounds.get(member).size()
                            && rounds.get(member).get(done[member]).key() == round.key());
        if (allAreThere) {
          List<String> summands =
              round.members().stream()
                  .filter(round.contributors()::contains)
                  .map(member -> sums[member])
                  .toList();
          assertThat(summands).hasSize(2);
          for (int member : round.members()) {
            sums[member] = "(" + summands.get(0) + "+" + summands.get(1) + ")";
            done[member]++;
          }
          moved = true;
        }
      }
    }
    assertThat(sums).containsOnly(tree(0, size));
    for (int rank = 0; rank < size; rank++) {
      assertThat(done[rank]).isEqualTo(rounds.get(rank).size());
    }
  }

  /** Plays the parts of all processes with sums of symbols, for each process that needs a sum. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 33})
  void reductionsAddUpTheTree(int size) {
    for (int target = 0; target < size; target++) {
      assertThat(reduced(target, target, size)).isEqualTo(tree(0, size));
    }
  }

  /** Returns what a process sends, or has in the end. */
  private static String reduced(int rank, int target, int size) {
    var part = Reduction.of(rank, size, target);
    assertThat(part.to().isEmpty()).isEqualTo(rank == target);
    String sum = String.valueOf(rank);
    for (int from : part.from()) {
      assertThat(Reduction.of(from, size, target).to()).hasValue(rank);
      String more = reduced(from, target, size);
      sum = from < rank ? "(" + more + "+" + sum + ")" : "(" + sum + "+" + more + ")";
    }
    return sum;
  }

  private static String tree(int from, int to) {
    if (to - from == 1) {
      return String.valueOf(from);
    }
    int middle = from + Round.half(to - from);
    return "(" + tree(from, middle) + "+" + tree(middle, to) + ")";
  }
}
