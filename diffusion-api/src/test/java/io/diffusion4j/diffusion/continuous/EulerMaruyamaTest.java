package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.abs;
import static java.lang.Math.log;
import static java.lang.Math.sqrt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EulerMaruyamaTest {
  private static final int COUNT = 4000;
  private static final GaussianPairs DATA = new GaussianPairs(0.8, -1.2, 0.5, 0.3, 0.4);

  /** The noise source of equations that must not draw noise. */
  private static final NoiseSource NONE =
      (stage, step, size) -> {
        throw new AssertionError("noise for step " + step);
      };

  static Stream<Arguments> sdesAndSeeds() {
    return Stream.of(
            LinearVpSde.DDPM, new OrnsteinUhlenbeck(2), VpSde.limitOf(new CosineSchedule(20)))
        .flatMap(sde -> Stream.of(1L, 2L).map(seed -> arguments(sde, seed)));
  }

  @ParameterizedTest
  @MethodSource("sdesAndSeeds")
  void theForwardSdeHasTheMeanAndCovarianceOfTheMarginal(VpSde sde, long seed) {
    var noise = new PhiloxNoise(seed, 0);
    for (double t : new double[] {0.1, 0.6}) {
      double[] x = new EulerMaruyama(100).follow(sde, DATA.draw(COUNT, noise), 0, t, noise);
      assertDrawnFrom(x, DATA.at(sde, t));
    }
  }

  @ParameterizedTest
  @MethodSource("sdesAndSeeds")
  void theReverseSdeLeadsBackToTheData(VpSde sde, long seed) {
    var noise = new PhiloxNoise(seed, 0);
    double start = 0.9;
    double[] x = DATA.at(sde, start).draw(COUNT, noise);
    var reverse = new ReverseSde(sde, DATA.under(sde));
    var method = new EulerMaruyama(100);
    double[] halfway = method.follow(reverse, x, start, 0.4, noise);
    assertDrawnFrom(halfway, DATA.at(sde, 0.4));
    double[] end = method.follow(reverse, halfway, 0.4, 0, noise.candidate(1));
    assertDrawnFrom(end, DATA);
  }

  @ParameterizedTest
  @MethodSource("sdesAndSeeds")
  void theProbabilityFlowLeadsBackToTheDataWithoutNoise(VpSde sde, long seed) {
    double start = 0.9;
    double[] x = DATA.at(sde, start).draw(COUNT, new PhiloxNoise(seed, 0));
    var flow = new ProbabilityFlow(sde, DATA.under(sde));
    assertDrawnFrom(new EulerMaruyama(200).follow(flow, x, start, 0, NONE), DATA);
  }

  /** Within four standard errors and 2 % for the size of the steps. */
  private static void assertDrawnFrom(double[] x, GaussianPairs expected) {
    GaussianPairs actual = GaussianPairs.estimate(x);
    double meanA = 4 * sqrt(expected.aa() / COUNT) + 0.02;
    double meanB = 4 * sqrt(expected.bb() / COUNT) + 0.02;
    double share = 4 * sqrt(2.0 / COUNT) + 0.02;
    assertThat(actual.a()).isCloseTo(expected.a(), within(meanA));
    assertThat(actual.b()).isCloseTo(expected.b(), within(meanB));
    assertThat(actual.aa()).isCloseTo(expected.aa(), within(share * expected.aa()));
    assertThat(actual.bb()).isCloseTo(expected.bb(), within(share * expected.bb()));
    assertThat(actual.ab())
        .isCloseTo(expected.ab(), within(share * sqrt(expected.aa() * expected.bb())));
  }

  /** Each value of the data keeps its quantile along the flow. */
  @ParameterizedTest
  @ValueSource(doubles = {-1, 0.5, 2})
  void halvingTheStepOfTheFlowHalvesItsError(double quantile) {
    VpSde sde = LinearVpSde.DDPM;
    var data = new Gaussian(0.3, 0.49);
    double order = log(flowError(sde, data, quantile, 400) / flowError(sde, data, quantile, 800));
    assertThat(order / log(2)).isCloseTo(1, within(0.15));
  }

  private static double flowError(VpSde sde, Gaussian data, double quantile, int steps) {
    Gaussian noisy = data.at(sde, 1);
    double[] start = {noisy.mean() + quantile * sqrt(noisy.variance())};
    var flow = new ProbabilityFlow(sde, data.under(sde));
    double[] end = new EulerMaruyama(steps).follow(flow, start, 1, 0, NONE);
    return abs(end[0] - (data.mean() + quantile * sqrt(data.variance())));
  }

  @Test
  void theSameSeedGivesTheSameBitsAndTheStartIsLeftAlone() {
    double[] start = {0.5, -0.5};
    var method = new EulerMaruyama(10);
    double[] once = method.follow(LinearVpSde.DDPM, start, 0, 1, new PhiloxNoise(7, 0));
    double[] again = method.follow(LinearVpSde.DDPM, start, 0, 1, new PhiloxNoise(7, 0));
    assertThat(once).isEqualTo(again).isNotEqualTo(start);
    assertThat(start).containsExactly(0.5, -0.5);
  }

  @Test
  void thereIsAtLeastOneStep() {
    assertThatThrownBy(() -> new EulerMaruyama(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 0 (expected: ≥ 1)");
  }
}
