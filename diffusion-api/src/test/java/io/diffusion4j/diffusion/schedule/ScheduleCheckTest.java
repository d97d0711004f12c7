package io.diffusion4j.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageKind;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class ScheduleCheckTest {
  /** A schedule of 1000 timesteps that nothing else checks. */
  private record Unchecked(IntToDoubleFunction formula) implements NoiseSchedule {
    @Override
    public int steps() {
      return 1000;
    }

    @Override
    public double alphaBar(int t) {
      return formula.applyAsDouble(t);
    }
  }

  private static NoiseSchedule of(IntToDoubleFunction formula) {
    return new Unchecked(formula);
  }

  private static double straight(int t) {
    return 1 - (t + 1) / 1000.0;
  }

  private static void assertRefused(IntToDoubleFunction alphaBar, String line) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ScheduleCheck.valid(of(alphaBar)))
        .withMessage(line);
  }

  @Test
  void theSchedulesOfThisPackageAreValidAndMostEndInNoise() {
    for (String name : Schedules.standard().names()) {
      NoiseSchedule schedule = Schedules.standard().named(name).apply(1000);
      assertThat(ScheduleCheck.valid(schedule)).as(name).isSameAs(schedule);
      assertThat(ScheduleCheck.remarks(schedule)).as(name).isEmpty();
    }
    var flow = new FlowSchedule(1000, 3);
    assertThat(ScheduleCheck.remarks(ScheduleCheck.valid(flow))).isEmpty();
  }

  @Test
  void whatIsNoScheduleIsRefusedWithTheTimestep() {
    assertRefused(
        t -> straight(t) * 0.9,
        "alphaBar(-1): 0.9 (expected: 1, as the clean sample has no noise)");
    assertRefused(
        t -> t == 400 ? straight(398) : straight(t),
        "alphaBar(400): 0.601 (expected: less than alphaBar(399), 0.6)");
    assertRefused(
        t -> t == 7 ? Double.NaN : straight(t),
        "alphaBar(7): NaN (expected: in (0, 1], and 0 at the last timestep only)");
    assertRefused(
        t -> straight(t) - (t > 900 ? 0.1 : 0),
        "alphaBar(901): -0.002 (expected: in (0, 1], and 0 at the last timestep only)"
            .replace("-0.002", String.valueOf(straight(901) - 0.1)));
    assertRefused(
        t -> t < 0 ? 1 : 2 - t / 1000.0,
        "alphaBar(0): 2.0 (expected: in (0, 1], and 0 at the last timestep only)");
  }

  @Test
  void aFormulaIsASchedule() {
    NoiseSchedule half = NoiseSchedule.of(4, u -> 1 - u / 2);
    assertThat(half.steps()).isEqualTo(4);
    assertThat(half.alphaBar(NoiseSchedule.CLEAN)).isEqualTo(1);
    assertThat(half.alphaBar(3)).isEqualTo(0.5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NoiseSchedule.of(4, u -> 1 - Math.min(u, 0.5)))
        .withMessage("alphaBar(2): 0.5 (expected: less than alphaBar(1), 0.5)");
  }

  @Test
  void aStageRefusesIt() {
    var choices = new StageChoices(Samplers.standard(), "ddim", 20);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new StageKind.Denoising(
                    of(t -> 0.5), TimestepSpacings.TRAILING, Thresholding.NONE, choices))
        .withMessage("alphaBar(-1): 0.5 (expected: 1, as the clean sample has no noise)");
  }

  @Test
  void jumpsAndSignalAtTheEndAreRemarked() {
    assertThat(ScheduleCheck.remarks(of(t -> t < 500 ? straight(t) : straight(t) / 4)))
        .containsExactly(
            "alphaBar(500): 0.12475 (expected: the root 0.05 below that of alphaBar(499) at most,"
                + " not 0.354)");
    assertThat(ScheduleCheck.remarks(of(t -> 1 - 0.9 * (t + 1) / 1000.0)))
        .containsExactly(
            "alphaBar(999): "
                + (1 - 0.9)
                + " (expected: near 0, such as 0.0047: drawing starts from noise without signal)");
  }
}
