package io.diffusion4j.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The laws of every noise schedule. The test of a schedule implements this interface. */
public interface NoiseScheduleContract {
  /** The schedules to be tested. */
  Iterable<? extends NoiseSchedule> schedules();

  @Test
  default void alphaBarStrictlyDecreasesFromOneAndIsZeroAtTheEndAtMost() {
    for (NoiseSchedule schedule : schedules()) {
      for (int t = 0; t < schedule.steps(); t++) {
        assertThat(schedule.alphaBar(t))
            .as("%s at %d", schedule, t)
            .isGreaterThanOrEqualTo(t < schedule.steps() - 1 ? Double.MIN_VALUE : 0)
            .isLessThan(schedule.alphaBar(t - 1));
      }
    }
  }

  @Test
  default void theCleanSampleHasNoNoise() {
    for (NoiseSchedule schedule : schedules()) {
      assertThat(schedule.alphaBar(NoiseSchedule.CLEAN)).isEqualTo(1);
    }
  }

  @Test
  default void betaIsTheNoiseOfOneStep() {
    for (NoiseSchedule schedule : schedules()) {
      for (int t = 0; t < schedule.steps(); t++) {
        assertThat(schedule.alphaBar(t) / schedule.alphaBar(t - 1))
            .as("%s at %d", schedule, t)
            .isCloseTo(1 - schedule.beta(t), within(2e-7)); // a float's rounding error
      }
    }
  }

  @Test
  default void thereAreNoTimestepsOutside() {
    for (NoiseSchedule schedule : schedules()) {
      assertThatThrownBy(() -> schedule.alphaBar(schedule.steps()))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> schedule.alphaBar(NoiseSchedule.CLEAN - 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> schedule.beta(NoiseSchedule.CLEAN))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
