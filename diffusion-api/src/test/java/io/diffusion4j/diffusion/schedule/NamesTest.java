package io.diffusion4j.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.argument.ByName;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * Schedules and spacings are found by name, and the error for an unknown name lists the known ones.
 */
class NamesTest {
  @Test
  void everyNameIsAScheduleOfTheStepsAskedFor() {
    ByName<IntFunction<NoiseSchedule>> schedules = Schedules.standard();
    assertThat(schedules.names())
        .contains("cosine", "linear")
        .allSatisfy(name -> assertThat(schedules.named(name).apply(100).steps()).isEqualTo(100));
    assertThat(schedules.named("cosine").apply(100)).isEqualTo(new CosineSchedule(100));
    assertThat(schedules.named("linear").apply(100)).isEqualTo(new LinearSchedule(100));
  }

  @Test
  void everyNameIsASpacing() {
    ByName<TimestepSpacing> spacings = TimestepSpacings.standard();
    assertThat(spacings.names())
        .allSatisfy(name -> assertThat(spacings.named(name).of(1000, 50).size()).isEqualTo(50));
    assertThat(spacings.named("unclip")).isEqualTo(TimestepSpacings.UNCLIP);
  }

  @Test
  void anUnknownNameIsToldTheKnownOnes() {
    var schedules =
        new ByName<IntFunction<NoiseSchedule>>(
            "schedule", Map.of("b", CosineSchedule::new, "a", LinearSchedule::new));
    assertThatThrownBy(() -> schedules.named("c").apply(10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("schedule: c (expected: one of a, b)");
    var spacings =
        new ByName<TimestepSpacing>(
            "spacing", Map.of("b", (t, n) -> TimestepSpacings.UNCLIP.of(t, n)));
    assertThatThrownBy(() -> spacings.named("c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("spacing: c (expected: one of b)");
  }

  @Test
  void atLeastOneHasAName() {
    assertThatThrownBy(() -> new ByName<>("schedule", Map.of()))
        .hasMessage("schedule: none (expected: at least one)");
    assertThatThrownBy(() -> new ByName<>("spacing", Map.of()))
        .hasMessage("spacing: none (expected: at least one)");
  }
}
