package io.diffusion4j.onednn.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.nn.engine.Threads;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class WorkerPoolTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theCallerTakesTheShareOfTheFirstMember(int size) {
    var team = WorkerPool.of(Threads.of(size));
    Map<Integer, Thread> threads = new ConcurrentHashMap<>();
    team.run((member, stream) -> threads.put(member, Thread.currentThread()));
    assertThat(threads).hasSize(size).containsEntry(0, Thread.currentThread());
    assertThat(threads.values()).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aFailureIsThrownWhenAllHaveFinished(int failing) {
    var team = WorkerPool.of(Threads.of(2));
    var failed = new CountDownLatch(1);
    var finished = new AtomicBoolean();
    assertThatThrownBy(
            () ->
                team.run(
                    (member, stream) -> {
                      if (member == failing) {
                        failed.countDown();
                        throw new IllegalArgumentException("pretended");
                      }
                      await(failed);
                      finished.set(true);
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pretended");
    assertThat(finished).isTrue();
  }

  @Test
  void anInterruptOfTheCallerIsKeptUntilAllHaveFinished() {
    var team = WorkerPool.of(Threads.of(2));
    var finished = new AtomicBoolean();
    Thread.currentThread().interrupt();
    team.run(
        (member, stream) -> {
          if (member == 1) {
            finished.set(true);
          }
        });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(finished).isTrue();
  }

  @Test
  void openMpWorksWithOneThreadDuringTheShareOnly() {
    var natives = Natives.get();
    int before = natives.openMpThreads();
    WorkerPool.of(Threads.of(2))
        .run((member, stream) -> assertThat(natives.openMpThreads()).isEqualTo(1));
    assertThat(natives.openMpThreads()).isEqualTo(before);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
