package io.diffusion4j.diffusion.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
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

  /** A method that remembers earlier steps has to begin anew, until its memory is full. */
  @ParameterizedTest
  @MethodSource("samplers")
  void aPartIsTheEndOfTheWhole(String name) {
    Sampler sampler = Samplers.standard().named(name);
    var schedules = List.of(SCHEDULE, new LinearSchedule(1000));
    for (String spacing : TimestepSpacings.standard().names()) {
      for (int steps : new int[] {7, 20, 50}) {
        if (spacing.equals("ddim") && steps == 7) {
          continue; // no whole stride
        }
        var timesteps = TimestepSpacings.standard().named(spacing).of(1000, steps);
        for (NoiseSchedule schedule : schedules) {
          SamplingPlan whole = sampler.plan(schedule, timesteps);
          for (double strength : new double[] {0.05, 0.3, 0.9}) {
            SamplingPlan part = new PartialSampler(sampler, strength).plan(schedule, timesteps);
            assertThat(part.epsSource()).isEqualTo(whole.epsSource());
            assertIsEnd(
                part, whole, name + " " + spacing + ", " + steps + " steps, strength " + strength);
          }
        }
      }
    }
  }

  private static void assertIsEnd(SamplingPlan part, SamplingPlan whole, String description) {
    int calls = part.steps().size();
    int passed = whole.steps().size() - calls;
    assertThat(passed).as(description).isNotNegative();
    int beginning = isMultistep(whole) ? 2 * memory(part) : 0; // its extra calls too
    for (int call = beginning; call < calls; call++) {
      SamplingPlan.Step expected = whole.steps().get(passed + call);
      int own = call;
      if (expected.update().past().stream().allMatch(past -> past.ago() <= own)) {
        assertThat(part.steps().get(call)).as("%s, call %s", description, call).isEqualTo(expected);
      }
    }
  }

  private static int memory(SamplingPlan plan) {
    return Arrays.stream(Quantity.values()).mapToInt(plan::memory).max().orElse(0);
  }

  private static boolean isMultistep(SamplingPlan plan) {
    try {
      new Resampling(1, 2).of((schedule, timesteps) -> plan).plan(SCHEDULE, TIMESTEPS);
      return false;
    } catch (IllegalArgumentException e) {
      return true;
    }
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
