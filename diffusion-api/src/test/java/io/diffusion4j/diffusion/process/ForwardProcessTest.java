package io.diffusion4j.diffusion.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.schedule.BetaSchedule;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Schedules;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardProcessTest {
  static Stream<NoiseSchedule> schedules() {
    return Stream.of(
        new LinearSchedule(1000),
        new LinearSchedule(50),
        new CosineSchedule(1000),
        new CosineSchedule(8),
        new BetaSchedule(0.5, 0.1, 0.9));
  }

  @GoldenTest(GoldenKind.SCHEDULE)
  void itsNumbersAreThoseOfOpenAi(GoldenCase reference) {
    JsonNode about = reference.json();
    NoiseSchedule schedule =
        Schedules.standard().named(about.get("name").asText()).apply(about.get("steps").asInt());
    var process = new ForwardProcess(schedule);
    GoldenTensors golden = reference.io();
    same(golden, "alphas_cumprod_prev", t -> schedule.alphaBar(t - 1));
    same(golden, "posterior_variance", t -> process.posterior(t).variance());
    same(golden, "posterior_log_variance_clipped", process::clippedPosteriorLogVariance);
    same(golden, "posterior_mean_coef1", t -> process.posterior(t).x0());
    same(golden, "posterior_mean_coef2", t -> process.posterior(t).x());
    same(golden, "sqrt_recip_alphas_cumprod", t -> 1 / process.level(t).signal());
    same(golden, "sqrt_recipm1_alphas_cumprod", t -> process.level(t).sigma());
  }

  /** Compares values, to 1e-12 of the largest. */
  private static void same(GoldenTensors golden, String key, IntToDoubleFunction of) {
    double[] expected = golden.values(key);
    double largest = golden.largest(key);
    for (int t = 0; t < expected.length; t++) {
      assertThat(of.applyAsDouble(t))
          .as("%s at %d", key, t)
          .isCloseTo(expected[t], within(1e-12 * largest));
    }
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void singleStepsComposeToTheMarginal(NoiseSchedule schedule) {
    var process = new ForwardProcess(schedule);
    Transition all = process.marginal(NoiseSchedule.CLEAN);
    for (int t = 0; t < schedule.steps(); t++) {
      all = all.then(process.step(t));
      assertSame(all, process.marginal(t));
    }
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void anyTwoStretchesComposeToTheWhole(NoiseSchedule schedule) {
    var process = new ForwardProcess(schedule);
    int last = schedule.steps() - 1;
    for (int middle = NoiseSchedule.CLEAN; middle <= last; middle++) {
      assertSame(
          process.marginal(middle).then(process.between(middle, last)), process.marginal(last));
    }
  }

  private static void assertSame(Transition actual, Transition expected) {
    assertThat(actual.scale()).isCloseTo(expected.scale(), within(1e-13));
    assertThat(actual.variance()).isCloseTo(expected.variance(), within(1e-13));
  }

  /**
   * The posterior is q(x_t | x_s)·q(x_s | x_0) as a function of x_s: precisions add up, and so do
   * means weighted by precision.
   */
  @ParameterizedTest
  @MethodSource("schedules")
  void thePosteriorFollowsByBayes(NoiseSchedule schedule) {
    var process = new ForwardProcess(schedule);
    for (int t = 1; t < schedule.steps(); t++) {
      for (int s : new int[] {0, t / 2, t - 1}) {
        if (s == t) {
          continue;
        }
        Transition likelihood = process.between(s, t);
        Transition before = process.marginal(s);
        double precision =
            likelihood.scale() * likelihood.scale() / likelihood.variance() + 1 / before.variance();
        Posterior posterior = process.posterior(t, s);
        assertThat(posterior.variance()).isCloseTo(1 / precision, withinPercentage(1e-7));
        assertThat(posterior.x0())
            .isCloseTo(before.scale() / before.variance() / precision, withinPercentage(1e-7));
        assertThat(posterior.x())
            .isCloseTo(
                likelihood.scale() / likelihood.variance() / precision, withinPercentage(1e-7));
      }
      Posterior neighbours = process.posterior(t);
      Posterior general = process.posterior(t, t - 1);
      assertThat(neighbours.mean(0.7, -1.3)).isCloseTo(general.mean(0.7, -1.3), within(1e-10));
      assertThat(neighbours.variance()).isCloseTo(general.variance(), within(1e-12));
    }
  }

  /** q(x_s | x_t, x_0)·q(x_t | x_0) has the marginal q(x_s | x_0). */
  @ParameterizedTest
  @MethodSource("schedules")
  void aStepBackFromTheMarginalIsTheMarginalBefore(NoiseSchedule schedule) {
    var process = new ForwardProcess(schedule);
    for (int t = 0; t < schedule.steps(); t++) {
      Posterior posterior = process.posterior(t);
      Transition marginal = process.marginal(t);
      Transition before = process.marginal(t - 1);
      assertThat(posterior.mean(1, marginal.scale())).isCloseTo(before.scale(), within(1e-12));
      assertThat(posterior.x() * posterior.x() * marginal.variance() + posterior.variance())
          .isCloseTo(before.variance(), within(1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void drawnStepByStepASampleHasTheMomentsOfTheMarginal(long seed) {
    var process = new ForwardProcess(new LinearSchedule(50));
    int count = 20_000;
    double x0 = 1.5;
    double[] x = new double[count];
    Arrays.fill(x, x0);
    for (int t = 0; t < 25; t++) {
      float[] z = new PhiloxNoise(seed, 0).gaussian("forward", t, count);
      for (int i = 0; i < count; i++) {
        x[i] = process.step(t).draw(x[i], z[i]);
      }
    }
    Transition marginal = process.marginal(24);
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / (count - 1);
    double fourErrors = 4 * Math.sqrt(marginal.variance() / count);
    assertThat(mean).isCloseTo(marginal.scale() * x0, within(fourErrors));
    assertThat(variance)
        .isCloseTo(marginal.variance(), within(4 * marginal.variance() * Math.sqrt(2.0 / count)));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void theSignalToNoiseRatioFallsAndItsNamesAgree(NoiseSchedule schedule) {
    var process = new ForwardProcess(schedule);
    double before = process.level(NoiseSchedule.CLEAN).snr();
    assertThat(before).isInfinite();
    for (int t = 0; t < schedule.steps(); t++) {
      var level = process.level(t);
      assertThat(level.snr()).isLessThan(before);
      assertThat(Math.exp(2 * level.lambda())).isCloseTo(level.snr(), withinPercentage(1e-9));
      assertThat(1 / (level.sigma() * level.sigma()))
          .isCloseTo(level.snr(), withinPercentage(1e-9));
      before = level.snr();
    }
  }

  @Test
  void badInputGetsOneClearError() {
    var process = new ForwardProcess(new BetaSchedule(0.5));
    assertThatThrownBy(() -> process.clippedPosteriorLogVariance(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 1 (expected: ≥ 2 for a clipped log-variance)");
    assertThatThrownBy(() -> process.between(0, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("s: 0 (expected: ≤ t, which is -1)");
    assertThatThrownBy(() -> process.posterior(0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alphaBar: 0.5 and then 0.5 (expected: increasing, in [0, 1])");
    assertThatThrownBy(() -> process.step(1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new Transition(-1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scale: -1.0 (expected: ≥ 0 and finite)");
    assertThatThrownBy(() -> new Transition(1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("variance: NaN (expected: ≥ 0 and finite)");
  }
}
