package io.diffusion4j.onednn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepExecutorTest {
  private static final int STEPS = 500;

  /** Fewer members than parts are what a busy machine comes to. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void eachPartIsDoneOnceAndNoStepBeginsBeforeTheOneBeforeIsDone(int members) {
    int parts = 4;
    var relay = new StepExecutor(STEPS, parts, members);
    var done = new AtomicIntegerArray(STEPS);
    var times = new AtomicIntegerArray(STEPS * parts);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int m = 0; m < members; m++) {
      int member = m;
      all.add(
          CompletableFuture.runAsync(
              () ->
                  relay.join(
                      member,
                      (step, part) -> {
                        if (step > 0 && done.get(step - 1) != parts) {
                          throw new IllegalStateException("step " + step + " began early");
                        }
                        times.incrementAndGet(step * parts + part);
                        done.incrementAndGet(step);
                      })));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .orTimeout(1, TimeUnit.MINUTES)
        .join();
    for (int i = 0; i < STEPS * parts; i++) {
      assertThat(times.get(i)).isEqualTo(1);
    }
  }

  @Test
  void whoIsAloneBeginsWithItsOwn() {
    List<Integer> order = new ArrayList<>();
    new StepExecutor(1, 5, 2).join(1, (step, part) -> order.add(part));
    assertThat(order).containsExactly(1, 3, 0, 2, 4);
  }

  @Test
  void whoFailsIsNotWaitedFor() {
    var relay = new StepExecutor(STEPS, 2, 2);
    StepExecutor.Work failing =
        (step, part) -> {
          if (step == 7) {
            throw new IllegalStateException("seven");
          }
        };
    var other = CompletableFuture.runAsync(() -> relay.join(1, failing));
    assertThatThrownBy(
            () -> {
              relay.join(0, failing);
              other.orTimeout(1, TimeUnit.MINUTES).join();
            })
        .hasStackTraceContaining("seven");
  }
}
