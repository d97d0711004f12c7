package io.diffusion4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private final Bootstrap bootstrap = new Bootstrap(400, 5);

  /** 95 of 100 intervals are to hold the truth; 300 coins show 90 to 99. */
  @Test
  void anIntervalHoldsTheTruthAsOftenAsItSays() {
    var random = new SplittableRandom(1);
    int held = 0;
    for (int trial = 0; trial < 300; trial++) {
      double[] values = random.doubles(80).map(u -> u < 0.3 ? 1 : 0).toArray();
      Estimate estimate = bootstrap.mean(values);
      assertThat(estimate.value()).isBetween(estimate.low(), estimate.high());
      held += estimate.low() <= 0.3 && 0.3 <= estimate.high() ? 1 : 0;
    }
    assertThat(held).isBetween(270, 297);
  }

  @Test
  void whatIsAlwaysTheSameIsCertain() {
    assertThat(bootstrap.mean(new double[] {1, 1, 1})).isEqualTo(new Estimate(1, 1, 1, 3));
  }

  @Test
  void theSameSeedGivesTheSameInterval() {
    double[] values = new SplittableRandom(2).doubles(50).toArray();
    assertThat(bootstrap.mean(values)).isEqualTo(new Bootstrap(400, 5).mean(values));
    assertThat(bootstrap.mean(values)).isNotEqualTo(new Bootstrap(400, 6).mean(values));
  }

  @Test
  void aDistanceLiesInTheMiddleOfItsInterval() {
    double[] values = new SplittableRandom(3).doubles(50).toArray();
    Estimate estimate =
        bootstrap.distance(
            50, indices -> 9 + Arrays.stream(indices).mapToDouble(i -> values[i]).sum());
    assertThat(estimate.high() - estimate.value())
        .isCloseTo(estimate.value() - estimate.low(), org.assertj.core.api.Assertions.within(1e-9));
    assertThat(estimate.high()).isGreaterThan(estimate.value());
  }

  @Test
  void nothingHasNoMean() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bootstrap.mean(new double[0]))
        .withMessage("values: none (expected: at least one)");
  }
}
