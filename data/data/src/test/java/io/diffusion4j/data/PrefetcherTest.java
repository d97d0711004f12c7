package io.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.image.Image;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values computed before they are requested. */
@Timeout(20)
class PrefetcherTest {
  private final ExecutorService threads = Executors.newFixedThreadPool(2);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void valuesAreThoseOfTheFunctionInAnyOrder() {
    var ahead = new Prefetcher<>(index -> index * index, threads, 8);
    for (long index : new long[] {0, 1, 2, 3, 10, 11, 4, 4, 1000, 0}) {
      assertThat(ahead.get(index)).isEqualTo(index * index);
    }
  }

  @Test
  void theNextOnesAreMadeMeanwhileAndNoMore() throws InterruptedException {
    Set<Long> made = new ConcurrentSkipListSet<>();
    var nine = new CountDownLatch(9);
    var ahead =
        new Prefetcher<>(
            index -> {
              made.add(index);
              nine.countDown();
              return index;
            },
            threads,
            8);
    ahead.get(5);
    ahead.get(6);
    assertThat(nine.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(made).containsExactly(5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L);
  }

  @Test
  void aFailureIsThatOfItsIndex() {
    var ahead =
        new Prefetcher<Long>(
            index -> {
              if (index == 2) {
                throw new IllegalArgumentException("two: 2 (expected: another)");
              }
              return index;
            },
            threads,
            4);
    assertThat(ahead.get(0)).isZero();
    assertThat(ahead.get(1)).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ahead.get(2))
        .withMessage("two: 2 (expected: another)");
    assertThat(ahead.get(3)).isEqualTo(3);
  }

  @Test
  void aDataSetIsTheSameAndTellsHowLongItWasWaitedFor() {
    DataSet slow =
        new DataSet() {
          @Override
          public String name() {
            return "slow";
          }

          @Override
          public CaptionedImages examples(int imageSize, long seed) {
            return index -> {
              sleep();
              float[] pixels = {index, seed, imageSize};
              return new CaptionedImage(new Image(1, 1, pixels), "number " + index);
            };
          }

          @Override
          public Stream<String> captions(long seed, long most) {
            return Stream.of("number 0");
          }
        };
    try (var ahead = new PrefetchingDataSet(slow, 2)) {
      CaptionedImages examples = ahead.examples(64, 9);
      for (int index = 0; index < 4; index++) {
        assertThat(examples.get(index).image().pixels()).containsExactly(index, 9, 64);
        assertThat(examples.get(index).caption()).isEqualTo("number " + index);
      }
      assertThat(ahead.waited()).isBetween(Duration.ofMillis(10), Duration.ofSeconds(10));
      assertThat(ahead.notes()).isEqualTo(slow.notes());
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
