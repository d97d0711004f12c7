package io.diffusion4j.serving.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.errors.Errors;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How long a job is remembered. */
final class JobEventLogTest {
  private static final Duration KEPT = Duration.ofMinutes(10);

  private static final JobEvent.Usage NONE =
      new JobEvent.Usage(Duration.ZERO, Duration.ZERO, 0, 0, 0, Map.of(), Optional.empty());

  private final JobEventLog story = new JobEventLog("id");

  private boolean isOldAfter(Duration time) {
    return story.hasFinishedBefore(KEPT, System.nanoTime() + time.toNanos());
  }

  @Test
  void theAgeOfAJobCountsFromItsEnd() {
    assertThat(isOldAfter(Duration.ofHours(1))).as("it still runs").isFalse();
    story.end((images, refused) -> NONE);
    assertThat(isOldAfter(Duration.ofMinutes(9))).isFalse();
    assertThat(isOldAfter(Duration.ofMinutes(11))).isTrue();
  }

  @Test
  void aFailedJobNeverFinishes() {
    story.stop(Errors.CANCELLED.error());
    story.end((images, refused) -> NONE);
    assertThat(story.hasFinished()).isFalse();
    assertThat(isOldAfter(Duration.ofHours(1))).isFalse();
  }
}
