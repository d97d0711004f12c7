package io.diffusion4j.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.process.Transition;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespacedScheduleTest {
  private static final NoiseSchedule WHOLE = new LinearSchedule(1000);

  /** OpenAI's walk through ᾱ: it remembers the last ᾱ it kept. */
  @ParameterizedTest
  @ValueSource(strings = {"10", "250", "ddim50", "10,10,3,2,2", "fast27", ""})
  void betasAreRecomputedForTheStepsKept(String spec) {
    Timesteps kept = SectionSpacing.parse(1000, spec);
    List<Double> betas = new ArrayList<>();
    List<Integer> map = new ArrayList<>();
    double last = 1;
    for (int t = 0; t < 1000; t++) {
      if (kept.values().contains(t)) {
        betas.add(1 - WHOLE.alphaBar(t) / last);
        last = WHOLE.alphaBar(t);
        map.add(t);
      }
    }
    var respaced = new RespacedSchedule(WHOLE, kept);
    var rebuilt = new BetaSchedule(betas.stream().mapToDouble(Double::doubleValue).toArray());
    assertThat(respaced.steps()).isEqualTo(map.size());
    for (int t = 0; t < respaced.steps(); t++) {
      assertThat(respaced.timestep(t)).isEqualTo(map.get(t));
      assertThat(respaced.beta(t)).isCloseTo(rebuilt.beta(t), within(1e-15));
      assertThat(respaced.alphaBar(t)).isCloseTo(rebuilt.alphaBar(t), withinPercentage(1e-10));
    }
  }

  @Test
  void itsStepsAreTheStretchesBetweenTheStepsKept() {
    var respaced = new RespacedSchedule(WHOLE, TimestepSpacings.TRAILING.of(1000, 20));
    var ofWhole = new ForwardProcess(WHOLE);
    var ofRespaced = new ForwardProcess(respaced);
    for (int t = 0; t < respaced.steps(); t++) {
      Transition step = ofRespaced.step(t);
      Transition stretch = ofWhole.between(respaced.timestep(t - 1), respaced.timestep(t));
      assertThat(step.scale()).isCloseTo(stretch.scale(), within(1e-14));
      assertThat(step.variance()).isCloseTo(stretch.variance(), within(1e-14));
    }
  }

  /** Samplers here need no respaced schedule: with it, the plan is the same. */
  @Test
  void aSamplerOnAllItsStepsIsTheSamplerOnTheStepsKept() {
    var sampler = new DdpmSampler(VarianceType.LEARNED_RANGE);
    Timesteps kept = SectionSpacing.parse(1000, "10,10,3,2,2");
    var respaced = new RespacedSchedule(WHOLE, kept);
    SamplingPlan beside = sampler.plan(WHOLE, kept);
    SamplingPlan within = sampler.plan(respaced, TimestepSpacings.SECTIONS.of(27, 27));
    for (int i = 0; i < 27; i++) {
      SamplingPlan.Step step = within.steps().get(i);
      assertThat(step.update()).isEqualTo(beside.steps().get(i).update());
      assertThat(respaced.timestep((int) step.t())).isEqualTo((int) beside.steps().get(i).t());
    }
  }

  @Test
  void stepsThatTheScheduleDoesNotHaveAreRefused() {
    assertThatThrownBy(() -> new RespacedSchedule(WHOLE, Timesteps.of(1000, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timesteps: [1000, 3] (expected: below 1000)");
  }
}
