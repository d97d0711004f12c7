package io.diffusion4j.onednn.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ArenaTest {
  @RepeatedTest(20)
  void whatIsInUseAtOnceDoesNotShareBytes(RepetitionInfo repetition) {
    var random = new SplittableRandom(repetition.getCurrentRepetition());
    var arena = new Arena();
    List<Buffer> buffers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      var buffer = arena.buffer(1 + random.nextInt(1000));
      int first = random.nextInt(50);
      buffer.usedIn(first);
      buffer.usedIn(first + random.nextInt(10));
      buffers.add(buffer);
    }
    long size = arena.place();
    for (Buffer a : buffers) {
      assertThat(a.offset() % Memory.ALIGNMENT).isZero();
      assertThat(a.end()).isLessThanOrEqualTo(size);
      for (Buffer b : buffers) {
        if (a != b && a.overlaps(b)) {
          assertThat(a.end() <= b.offset() || b.end() <= a.offset()).isTrue();
        }
      }
    }
  }

  @RepeatedTest(20)
  void whatPassesLoseMayBeOverwrittenBetweenThem(RepetitionInfo repetition) {
    var random = new SplittableRandom(repetition.getCurrentRepetition());
    var arena = new Arena();
    List<Buffer> buffers = new ArrayList<>();
    List<List<Integer>> holders = new ArrayList<>(); // of values, at each step
    for (int step = 0; step < 200; step++) {
      holders.add(new ArrayList<>());
    }
    for (int i = 0; i < 60; i++) {
      var buffer = arena.buffer(1 + random.nextInt(1000));
      for (int pass = 0; pass < 1 + random.nextInt(3); pass++) {
        int first = pass * 60 + random.nextInt(50);
        int last = first + random.nextInt(10);
        buffer.usedIn(pass, last);
        buffer.usedIn(pass, first);
        for (int step = first; step <= last; step++) {
          holders.get(step).add(i);
        }
      }
      buffers.add(buffer);
    }
    long size = arena.place();
    long least = 0;
    for (List<Integer> some : holders) {
      some.sort(Comparator.comparingLong(i -> buffers.get(i).offset()));
      for (int k = 1; k < some.size(); k++) {
        assertThat(buffers.get(some.get(k - 1)).end())
            .isLessThanOrEqualTo(buffers.get(some.get(k)).offset());
      }
      least = Math.max(least, some.stream().mapToLong(i -> buffers.get(i).bytes()).sum());
    }
    assertThat(arena.leastBytes()).isEqualTo(least);
    assertThat(size).isBetween(least, 2 * least);
  }

  @Test
  void whatIsNeverInUseAtOnceSharesThem() {
    var arena = new Arena();
    for (int step = 0; step < 10; step++) {
      arena.buffer(640).usedIn(step);
    }
    assertThat(arena.place()).isEqualTo(640);
  }
}
