package io.diffusion4j.diffusion.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.diffusion.solver.DpmSolverPlusPlus;
import io.diffusion4j.diffusion.solver.Samplers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlanTableTest {
  private static final NoiseSchedule COSINE = new CosineSchedule(1000);
  private static final Timesteps FIVE = TimestepSpacings.UNCLIP.of(1000, 5);

  private static SamplingPlan plan(Sampler sampler) {
    return sampler.plan(COSINE, FIVE);
  }

  private static List<String> lines(SamplingPlan plan) {
    return plan.toString().lines().toList();
  }

  private static List<String> words(String line) {
    return Stream.of(line.trim().split("\\s+")).toList();
  }

  @Test
  void ddimReadsAsAPersonWouldWriteIt() {
    var plan =
        new DdimSampler(0).plan(new LinearSchedule(1000), new Timesteps(List.of(999, 500, 0)));
    assertThat(plan)
        .hasToString(
            """
            timestep    alphaBar   logSNR  x       x0       eps  noise
                 999  4.0358e-05  -10.118     0.27892   0.96031
                 500    0.077797   -2.473     0.99995  0.010000
                   0     0.99990    9.210      1.0000
            """);
  }

  static Stream<Sampler> samplers() {
    return Samplers.standard().names().stream().map(Samplers.standard()::named);
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void everyStepOfEverySamplerHasALineThatStartsWithItsTimestepAndSignal(Sampler sampler) {
    SamplingPlan plan = plan(sampler);
    List<String> lines = lines(plan);
    assertThat(lines).hasSize(1 + plan.steps().size());
    for (int i = 0; i < plan.steps().size(); i++) {
      SamplingPlan.Step step = plan.steps().get(i);
      List<String> words = words(lines.get(1 + i));
      assertThat(Double.parseDouble(words.get(0))).isCloseTo(step.t(), within(0.005));
      assertThat(Double.parseDouble(words.get(1)) / step.alphaBar()).isCloseTo(1, within(1e-4));
      double logSnr = Math.log(step.alphaBar() / (1 - step.alphaBar()));
      assertThat(Double.parseDouble(words.get(2))).isCloseTo(logSnr, within(0.001));
    }
  }

  @Test
  void whatEarlierStepsHadIsAColumn() {
    assertThat(words(lines(plan(new DpmSolverPlusPlus(3))).get(0)))
        .containsExactly(
            "timestep", "alphaBar", "logSNR", "x", "x0", "eps", "x0[-1]", "x0[-2]", "noise");
    assertThat(words(lines(plan(new DdimSampler(0))).get(0))).doesNotContain("x0[-1]");
  }

  @Test
  void noiseThatTheNetworkChoosesHasBothBounds() {
    Noise noise = plan(new DdpmSampler(VarianceType.LEARNED_RANGE)).steps().get(1).update().noise();
    List<String> words = words(lines(plan(new DdpmSampler(VarianceType.LEARNED_RANGE))).get(2));
    int to = words.indexOf("to");
    assertThat(Double.parseDouble(words.get(to - 1))).isCloseTo(noise.sigma(), within(1e-4));
    assertThat(Double.parseDouble(words.get(to + 1)))
        .isCloseTo(Math.exp(noise.maxLogVariance() / 2), within(1e-4));
    assertThat(lines(plan(new DdpmSampler(VarianceType.FIXED_SMALL))).get(2))
        .doesNotContain(" to ");
  }

  @Test
  void theCleanSampleHasAnInfiniteLogSnr() {
    SamplingPlan plan =
        new SamplingPlan.Builder().add(SolverLevel.CLEAN, Update.ZERO.plusX(1)).build();
    assertThat(words(lines(plan).get(1)).get(2)).isEqualTo("∞");
  }
}
