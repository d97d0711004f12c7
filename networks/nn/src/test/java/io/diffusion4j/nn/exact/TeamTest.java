package io.diffusion4j.nn.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.nn.engine.Threads;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TeamTest {
  private static final int SHARES = 50;

  /** Takes the memory of a member, which nobody else may use meanwhile. */
  private static void use(AtomicIntegerArray users, int member, AtomicInteger clashes) {
    if (users.incrementAndGet(member) > 1) {
      clashes.incrementAndGet();
    }
    for (int i = 0; i < 2000; i++) {
      Thread.onSpinWait();
    }
    users.decrementAndGet(member);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void eachRowAndPartIsDoneOnceAndNoMemoryIsUsedTwiceAtATime(int size) {
    var team = Team.of(Threads.of(size));
    var users = new AtomicIntegerArray(size);
    var clashes = new AtomicInteger();
    try (var products = new PlainProducts()) {
      for (int rows = 0; rows <= 3 * size; rows++) {
        var done = new AtomicIntegerArray(rows);
        var parts = new AtomicIntegerArray(size);
        team.run(
            products,
            rows,
            (row, crew) -> {
              done.incrementAndGet(row);
              if (crew.size() == 1) {
                use(users, crew.member(), clashes);
                return;
              }
              for (int share = 0; share < SHARES; share++) {
                crew.each(
                    part -> {
                      use(users, part, clashes);
                      parts.incrementAndGet(part);
                    });
              }
            });
        int[] once = new int[rows];
        Arrays.fill(once, 1);
        assertThat(done).hasToString(Arrays.toString(once));
        int[] shares = new int[size];
        Arrays.fill(shares, size == 1 ? 0 : rows % size * SHARES);
        assertThat(parts).hasToString(Arrays.toString(shares));
      }
    }
    assertThat(clashes).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aFailureOfAPartFailsTheRun(int failing) {
    var team = Team.of(Threads.of(3));
    try (var products = new PlainProducts()) {
      assertThatThrownBy(
              () ->
                  team.run(
                      products,
                      1,
                      (row, crew) ->
                          crew.each(
                              part -> {
                                if (part == failing) {
                                  throw new IllegalArgumentException("part " + part);
                                }
                              })))
          .hasStackTraceContaining("IllegalArgumentException: part " + failing);
      var done = new AtomicInteger();
      team.run(products, 1, (row, crew) -> crew.each(part -> done.incrementAndGet()));
      assertThat(done).as("the team goes on").hasValue(3);
    }
  }
}
