package io.diffusion4j.cli.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.cli.train.TimeBudget.Choice;
import io.diffusion4j.cli.train.TimeBudget.Speed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TimeBudgetTest {
  private final TimeBudget half = new TimeBudget(30, Path.of("."));

  @Test
  void theTimeIsDividedAmongThePartsAtTheirSpeed() {
    var speeds = Map.of("clip", new Speed(10, 0.1), "decoder", new Speed(20, 0.5));
    var chosen = half.divide(speeds, Map.of(), 30);
    assertThat(chosen).containsOnlyKeys("clip", "decoder");
    double clip = requireNonNull(chosen.get("clip")).steps() * 0.1;
    double decoder = requireNonNull(chosen.get("decoder")).steps() * 0.5;
    assertThat(clip + decoder).as("a tenth stays free").isCloseTo(0.9 * 1800 - 60, within(1.0));
    assertThat(clip / (clip + decoder)).as("0.22 of 0.22 + 0.46").isCloseTo(0.3235, within(0.001));
    assertThat(requireNonNull(chosen.get("decoder")).perStep()).isEqualTo(0.5);
  }

  @Test
  void whatAPartCannotUseIsDividedAmongTheOthers() {
    var speeds =
        Map.of("clip", new Speed(0, 0.1), "prior", new Speed(0, 1), "decoder", new Speed(0, 1));
    var chosen = half.divide(speeds, Map.of("clip", 100L, "prior", 1_000_000L), 20);
    assertThat(requireNonNull(chosen.get("clip")).steps()).isEqualTo(100);
    long prior = requireNonNull(chosen.get("prior")).steps();
    long decoder = requireNonNull(chosen.get("decoder")).steps();
    assertThat(prior + decoder).isCloseTo((long) (0.9 * 1800 - 20 - 10), within(2L));
    assertThat((double) prior / decoder).isCloseTo(0.12 / 0.46, within(0.01));
    var full = half.divide(Map.of("clip", new Speed(0, 0.1)), Map.of("clip", 7L), 20);
    assertThat(requireNonNull(full.get("clip")).steps()).isEqualTo(7);
  }

  @Test
  void lengthsAreKnownForTheSameTimeOnly(@TempDir Path state) throws IOException {
    var budget = new TimeBudget(30, state);
    var chosen = Map.of("clip", new Choice(7, 0.5));
    budget.write(chosen);
    assertThat(budget.read()).isEqualTo(chosen);
    assertThat(new TimeBudget(60, state).read()).isEmpty();
    assertThat(new TimeBudget(30, state.resolve("other")).read()).isEmpty();
    Files.writeString(state.resolve("minutes.txt"), "clip 7 0.5\n"); // of an earlier version
    assertThat(budget.read()).isEmpty();
  }

  @Test
  void aTimeThatTheStartOfThePartsTakesUpIsRefusedWithTheNeededOne() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> half.divide(Map.of("clip", new Speed(700, 1)), Map.of(), 60))
        .withMessage(
            "minutes: 30.0 (expected: ≥ 32, as measuring this machine and starting the parts takes"
                + " 760 s)");
  }

  @Test
  void thePresetSuitsTheTime() {
    assertThat(TimeBudget.preset(5)).isEqualTo("tiny");
    assertThat(TimeBudget.preset(30)).isEqualTo("small");
    assertThat(TimeBudget.preset(120)).isEqualTo("medium");
  }
}
