package io.diffusion4j.onednn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.Memory;
import java.util.ArrayList;
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

  @Test
  void whatIsNeverInUseAtOnceSharesThem() {
    var arena = new Arena();
    for (int step = 0; step < 10; step++) {
      arena.buffer(640).usedIn(step);
    }
    assertThat(arena.place()).isEqualTo(640);
  }
}
