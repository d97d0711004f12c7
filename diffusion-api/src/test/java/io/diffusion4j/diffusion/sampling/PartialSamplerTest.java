package io.diffusion4j.diffusion.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartialSamplerTest {
  private static final NoiseSchedule SCHEDULE = new CosineSchedule(1000);
  private static final Timesteps TIMESTEPS = TimestepSpacings.UNCLIP.of(1000, 20);

  @ParameterizedTest
  @CsvSource({"1, 30, 30", "0.5, 30, 15", "0.07, 100, 7", "0.01, 30, 1", "0.51, 30, 16"})
  void theStepsFollowFromTheStrength(double strength, int steps, int taken) {
    assertThat(PartialSampler.steps(strength, steps)).isEqualTo(taken);
  }

  static SortedSet<String> samplers() {
    return Samplers.standard().names();
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void aPartBeginsNoNoisierThanItsFirstTimestep(String name) {
    Sampler sampler = Samplers.standard().named(name);
    SamplingPlan part = new PartialSampler(sampler, 0.5).plan(SCHEDULE, TIMESTEPS);
    int first = TIMESTEPS.get(10);
    for (SamplingPlan.Step step : part.steps()) {
      assertThat(step.t()).isLessThanOrEqualTo(first);
      assertThat(step.alphaBar()).isGreaterThanOrEqualTo(SCHEDULE.alphaBar(first) * (1 - 1e-9));
    }
  }

  @Test
  void theStepsOfAOneStepMethodAreTheLastOfTheWhole() {
    var whole = new DdimSampler(0.5).plan(SCHEDULE, TIMESTEPS).steps();
    var part = new PartialSampler(new DdimSampler(0.5), 0.25).plan(SCHEDULE, TIMESTEPS).steps();
    assertThat(part).isEqualTo(whole.subList(15, 20));
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void theWholeOfASamplerIsTheSampler(String name) {
    Sampler sampler = Samplers.standard().named(name);
    assertThat(new PartialSampler(sampler, 1).plan(SCHEDULE, TIMESTEPS))
        .isEqualTo(sampler.plan(SCHEDULE, TIMESTEPS));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
  void aStrengthOutsideIsRefused(double strength) {
    assertThatThrownBy(() -> new PartialSampler(new DdimSampler(0), strength))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strength: " + strength + " (expected: in (0, 1])");
  }
}
