package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.log;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.diffusion4j.diffusion.solver.SdeSampler;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RungeKuttaTest {
  private static final GaussianMixture MIXTURE =
      new GaussianMixture(
          List.of(
              new GaussianMixture.Component(0.6, List.of(1.0, -0.5), 0.1),
              new GaussianMixture.Component(0.4, List.of(-0.8, 0.7), 0.2)));

  static Stream<Arguments> ordersAndSdes() {
    return Stream.of(LinearVpSde.DDPM, new SubVpSde(LinearVpSde.DDPM), new VeSde(0.05, 3))
        .flatMap(
            sde ->
                Stream.of(
                    arguments(RungeKutta.EULER, 1, sde),
                    arguments(RungeKutta.HEUN, 2, sde),
                    arguments(RungeKutta.CLASSICAL, 4, sde)));
  }

  @ParameterizedTest
  @MethodSource("ordersAndSdes")
  void halvingTheStepDividesTheErrorByTwoToTheOrder(RungeKutta method, int order, GaussianSde sde) {
    var flow = new ProbabilityFlow(sde, MIXTURE.under(sde));
    double[] start = {0.4, -1.1};
    double exact = RungeKutta.CLASSICAL.follow(flow::drift, start, 1, 0.2, 6400)[0];
    double coarse = method.follow(flow::drift, start, 1, 0.2, 200)[0] - exact;
    double fine = method.follow(flow::drift, start, 1, 0.2, 400)[0] - exact;
    assertThat(log(coarse / fine) / log(2)).isCloseTo(order, within(0.2));
  }

  @Test
  void theCurvatureOfAMixtureIsTheDerivativeOfItsScore() {
    double[] x = {0.2, -0.3};
    double[] e = {0.8, -0.6};
    double step = 1e-5;
    double[] ahead = {x[0] + step * e[0], x[1] + step * e[1]};
    double[] behind = {x[0] - step * e[0], x[1] - step * e[1]};
    double along = 0;
    for (int i = 0; i < 2; i++) {
      along += e[i] * (MIXTURE.score(ahead)[i] - MIXTURE.score(behind)[i]) / (2 * step);
    }
    assertThat(MIXTURE.curvature(x, e)).isCloseTo(along, within(1e-7));
    double slope = (MIXTURE.logDensity(ahead) - MIXTURE.logDensity(behind)) / (2 * step);
    assertThat(MIXTURE.score(x)[0] * e[0] + MIXTURE.score(x)[1] * e[1])
        .isCloseTo(slope, within(1e-7));
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> RungeKutta.HEUN.follow((x, t) -> x, new double[1], 0, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> new VeSde(2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("last: 1.0 (expected: > 2.0)");
    assertThatThrownBy(() -> new SubVpSde(LinearVpSde.DDPM).discrete(5).ancestral(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "predictor: ancestral of the sub-VP SDE (expected: none: it has no discrete steps)");
    assertThatThrownBy(
            () -> new GaussianMixture(List.of(new GaussianMixture.Component(0.5, List.of(0.0), 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights: 0.5 in all (expected: 1)");
    assertThatThrownBy(() -> new SdeSampler(SdeSampler.Method.EULER_MARUYAMA, 1, 0))
        .hasMessage("snr: 0.0 (expected: > 0 and finite)");
  }
}
