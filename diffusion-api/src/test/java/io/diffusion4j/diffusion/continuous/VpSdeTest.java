package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.abs;
import static java.lang.Math.exp;
import static java.lang.Math.log;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.process.Transition;
import io.diffusion4j.diffusion.schedule.BetaSchedule;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.NoiseScheduleContract;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VpSdeTest implements NoiseScheduleContract {
  private static final double[] TIMES = {0, 0.1, 0.5, 0.77, 1};

  static Stream<VpSde> sdes() {
    return Stream.of(
        LinearVpSde.DDPM,
        new LinearVpSde(3, 1),
        new OrnsteinUhlenbeck(0.5),
        VpSde.limitOf(new LinearSchedule(100)),
        VpSde.limitOf(new CosineSchedule(7)),
        VpSde.limitOf(new BetaSchedule(0.5)));
  }

  @Override
  public List<NoiseSchedule> schedules() {
    return sdes().flatMap(sde -> Stream.of(1, 10, 1000).map(sde::schedule)).toList();
  }

  @ParameterizedTest
  @MethodSource("sdes")
  void theIntegralOfBetaIsTheLossOfLogAlphaBar(VpSde sde) {
    int cells = 70_000; // a multiple of all step numbers: β is smooth within a cell
    double sum = 0;
    for (int i = 0; i < cells; i++) {
      sum += sde.beta((i + 0.5) / cells) / cells;
    }
    assertThat(sum).isCloseTo(sde.betaIntegral(1), withinPercentage(1e-6));
    assertThat(log(sde.level(1).alphaBar())).isCloseTo(-sum, withinPercentage(1e-6));
    assertThat(sde.level(0).alphaBar()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("sdes")
  void stepsComposeAndStartFromTheData(VpSde sde) {
    for (double s : TIMES) {
      for (double t : TIMES) {
        if (s <= t) {
          Transition whole = sde.between(0, s).then(sde.between(s, t));
          assertThat(whole.scale()).isCloseTo(sde.level(t).signal(), within(1e-14));
          assertThat(whole.variance()).isCloseTo(1 - sde.level(t).alphaBar(), within(1e-14));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sdes")
  void aStepKeepsTheVarianceOfWhiteNoise(VpSde sde) {
    Transition step = sde.between(0.1, 0.7);
    assertThat(step.scale() * step.scale() + step.variance()).isCloseTo(1, within(1e-14));
  }

  @ParameterizedTest
  @MethodSource("sdes")
  void driftAndDiffusionAreTheStartOfAStep(VpSde sde) {
    double t = 0.777;
    double h = 1e-7;
    Transition step = sde.between(t, t + h);
    assertThat((step.scale() - 1) * 1.5 / h)
        .isCloseTo(sde.drift(new double[] {1.5}, t)[0], withinPercentage(1e-2));
    assertThat(step.variance() / h)
        .isCloseTo(sde.diffusion(t) * sde.diffusion(t), withinPercentage(1e-2));
  }

  static Stream<NoiseSchedule> limits() {
    return Stream.of(
        new LinearSchedule(1000),
        new CosineSchedule(1000),
        new CosineSchedule(3),
        new BetaSchedule(0.5, 0.1, 0.9));
  }

  @ParameterizedTest
  @MethodSource("limits")
  void theLimitOfAScheduleMeetsItAtEveryTimestep(NoiseSchedule schedule) {
    int steps = schedule.steps();
    VpSde sde = VpSde.limitOf(schedule);
    var process = new ForwardProcess(schedule);
    NoiseSchedule back = sde.schedule(steps);
    for (int t = 0; t < steps; t++) {
      assertThat(sde.level((t + 1.0) / steps).alphaBar())
          .isCloseTo(schedule.alphaBar(t), withinPercentage(1e-8));
      Transition step = sde.between((double) t / steps, (t + 1.0) / steps);
      assertThat(step.scale()).isCloseTo(process.step(t).scale(), within(1e-12));
      assertThat(back.beta(t)).isCloseTo(schedule.beta(t), within(1e-12));
    }
  }

  static Stream<Arguments> families() {
    IntFunction<NoiseSchedule> linear = LinearSchedule::new;
    IntFunction<NoiseSchedule> constant = steps -> BetaSchedule.constant(steps, 3.0 / steps);
    return Stream.of(
        arguments("linear", linear, LinearVpSde.DDPM),
        arguments("constant", constant, new OrnsteinUhlenbeck(3)));
  }

  /** The distance to the SDE is of first order in 1/T. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("families")
  void aScheduleOfManyStepsIsItsSde(String name, IntFunction<NoiseSchedule> schedule, VpSde sde) {
    for (double t : new double[] {0.25, 0.5, 1}) {
      double order = log(distance(schedule, 1000, sde, t) / distance(schedule, 2000, sde, t));
      assertThat(order / log(2)).isCloseTo(1, within(0.15));
      assertThat(distance(schedule, 10_000, sde, t)).isLessThan(0.01);
    }
  }

  /** The distance between the logarithms of ᾱ. */
  private static double distance(
      IntFunction<NoiseSchedule> schedule, int steps, VpSde sde, double t) {
    double alphaBar = schedule.apply(steps).alphaBar((int) (t * steps) - 1);
    return abs(log(alphaBar) + sde.betaIntegral(t));
  }

  @Test
  void ornsteinAndUhlenbeckForgetExponentially() {
    var sde = new OrnsteinUhlenbeck(4);
    assertThat(sde.between(0.2, 0.7).scale()).isCloseTo(exp(-0.5 * 4 * 0.5), within(1e-15));
    assertThat(sde.between(0, 1).variance()).isCloseTo(1 - exp(-4), within(1e-15));
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new LinearVpSde(0, 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("first: 0.0 (expected: > 0 and finite)");
    assertThatThrownBy(() -> new OrnsteinUhlenbeck(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rate: NaN (expected: > 0 and finite)");
    assertThatThrownBy(() -> LinearVpSde.DDPM.between(0.5, 0.4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("s: 0.5 (expected: ≤ t, which is 0.4)");
    assertThatThrownBy(() -> LinearVpSde.DDPM.schedule(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> VpSde.limitOf(BetaSchedule.jsd(10)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alphaBar: 0.0 at the last timestep (expected: > 0, or β(t) has no bounds)");
    VpSde limit = VpSde.limitOf(new CosineSchedule(10));
    assertThatThrownBy(() -> limit.beta(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("t: 1.5 (expected: in [0, 1])");
  }
}
