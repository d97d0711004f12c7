package io.diffusion4j.diffusion.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.schedule.NoiseLevel;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** x₀, ε, v and the score are four parameterizations of the same prediction. */
class ConversionTest {
  private static final double[] ALPHA_BARS = {1e-6, 0.1, 0.5, 0.9999};

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void eachGivesBackX0AndEps(long seed) {
    var random = new SplittableRandom(seed);
    for (double alphaBar : ALPHA_BARS) {
      var level = new NoiseLevel(alphaBar);
      double x0 = random.nextGaussian();
      double eps = random.nextGaussian();
      for (Parameterization parameterization : Parameterization.values()) {
        double output =
            switch (parameterization) {
              case EPS -> eps;
              case X0 -> x0;
              case V -> level.v(x0, eps);
              case VELOCITY -> eps - x0;
            };
        roundTrip(Conversion.of(parameterization, alphaBar), output, level, x0, eps);
      }
      roundTrip(Conversion.ofScore(alphaBar), level.score(eps), level, x0, eps);
    }
  }

  private static void roundTrip(
      Conversion from, double output, NoiseLevel level, double x0, double eps) {
    double x = level.xt(x0, eps);
    assertThat(from.x0(x, output)).as("%s", level).isCloseTo(x0, within(1e-11));
    assertThat(from.eps(x, output)).as("%s", level).isCloseTo(eps, within(1e-11));
    assertThat(level.v(from.x0(x, output), from.eps(x, output)))
        .isCloseTo(level.v(x0, eps), within(1e-11));
  }

  @Test
  void vTurnsSampleAndNoiseByAnAngle() { // x = cos φ·x₀ + sin φ·ε, v = cos φ·ε − sin φ·x₀
    for (double alphaBar : ALPHA_BARS) {
      var level = new NoiseLevel(alphaBar);
      double x = level.xt(0.3, -1.7);
      double v = level.v(0.3, -1.7);
      assertThat(x * x + v * v).isCloseTo(0.3 * 0.3 + 1.7 * 1.7, within(1e-14));
    }
  }

  @Test
  void allNoiseIsReadByAllButEps() {
    assertThat(Conversion.of(Parameterization.V, 0)).isEqualTo(new Conversion(0, -1, 1, 0));
    assertThat(Conversion.of(Parameterization.X0, 0).x0(5, 0.25)).isEqualTo(0.25);
    assertThatThrownBy(() -> Conversion.of(Parameterization.EPS, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alphaBar: 0.0 (expected: above 0 for a network that predicts eps)");
    assertThatThrownBy(() -> Conversion.ofScore(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alphaBar: 0.0 (expected: above 0 for a network that predicts the score)");
  }

  @Test
  void anX0NetworkSaysNothingAboutTheNoiseOfACleanSample() {
    assertThatThrownBy(() -> Conversion.of(Parameterization.X0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alphaBar: 1.0 (expected: below 1 for a network that predicts x0)");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void alphaBarIsAShare(double alphaBar) {
    assertThatThrownBy(() -> Conversion.of(Parameterization.V, alphaBar))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alphaBar: " + alphaBar + " (expected: in [0, 1])");
  }
}
