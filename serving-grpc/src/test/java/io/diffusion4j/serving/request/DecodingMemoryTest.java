package io.diffusion4j.serving.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DecodingMemoryTest {
  /** The memory for a square of 100 pixels a side and half of another. */
  private final DecodingMemory memory = new DecodingMemory(300_000);

  @Test
  void whatNeverFitsIsRefused() {
    assertThatThrownBy(() -> memory.during(1 << 24, () -> "decoded"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED))
        .hasMessageContaining("16777216 pixels (expected: at most ");
  }

  @Test
  void whatDoesNotFitNowWaits() throws Exception {
    var first = new CountDownLatch(1);
    var holding = new CountDownLatch(1);
    CompletableFuture<String> held =
        decode(
            () -> {
              holding.countDown();
              first.await();
              return "first";
            });
    assertThat(holding.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<String> waiting = decode(() -> "second");
    TimeUnit.MILLISECONDS.sleep(100);
    assertThat(waiting).isNotDone();
    first.countDown();
    assertThat(held.get(10, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo("second");
  }

  private interface Work {
    String run() throws InterruptedException;
  }

  private CompletableFuture<String> decode(Work work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return memory.during(10_000, () -> run(work));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  private static String run(Work work) throws IOException {
    try {
      return work.run();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
