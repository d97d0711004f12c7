package io.diffusion4j.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Schedules and spacings are found by name, and an unknown name is told the known ones. */
class NamesTest {
  @Test
  void everyNameIsAScheduleOfTheStepsAskedFor() {
    Schedules schedules = Schedules.standard();
    assertThat(schedules.names())
        .contains("cosine", "linear")
        .allSatisfy(name -> assertThat(schedules.named(name, 100).steps()).isEqualTo(100));
    assertThat(schedules.named("cosine", 100)).isEqualTo(new CosineSchedule(100));
    assertThat(schedules.named("linear", 100)).isEqualTo(new LinearSchedule(100));
  }

  @Test
  void everyNameIsASpacing() {
    TimestepSpacings spacings = TimestepSpacings.standard();
    assertThat(spacings.names())
        .allSatisfy(name -> assertThat(spacings.named(name).of(1000, 50).size()).isEqualTo(50));
    assertThat(spacings.named("unclip")).isEqualTo(new UnclipSpacing());
  }

  @Test
  void anUnknownNameIsToldTheKnownOnes() {
    var schedules = new Schedules(Map.of("b", CosineSchedule::new, "a", LinearSchedule::new));
    assertThatThrownBy(() -> schedules.named("c", 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("schedule: c (expected: one of a, b)");
    var spacings = new TimestepSpacings(Map.of("b", (t, n) -> new UnclipSpacing().of(t, n)));
    assertThatThrownBy(() -> spacings.named("c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("spacing: c (expected: one of b)");
  }

  @Test
  void atLeastOneHasAName() {
    assertThatThrownBy(() -> new Schedules(Map.of()))
        .hasMessage("schedule: none (expected: at least one)");
    assertThatThrownBy(() -> new TimestepSpacings(Map.of()))
        .hasMessage("spacing: none (expected: at least one)");
  }
}
