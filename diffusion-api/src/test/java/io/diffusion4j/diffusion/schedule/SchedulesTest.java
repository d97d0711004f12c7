package io.diffusion4j.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.diffusion4j.diffusion.golden.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulesTest implements NoiseScheduleContract {
  @Override
  public List<NoiseSchedule> schedules() {
    return List.of(
        new LinearSchedule(1000),
        new LinearSchedule(21),
        new LinearSchedule(1000, 1e-4, 0.02, Precision.FLOAT32),
        new LinearSchedule(1, 0.5, 0.5, Precision.FLOAT64),
        new CosineSchedule(1000),
        new CosineSchedule(1000, Precision.FLOAT32),
        new CosineSchedule(1),
        BetaSchedule.scaledLinear(1000, 0.00085, 0.012, Precision.FLOAT32),
        new BetaSchedule(0.1, 0.9, 0.2),
        onlyAlphaBars());
  }

  /** The default methods of the interface. */
  private static NoiseSchedule onlyAlphaBars() {
    return new NoiseSchedule() {
      private final NoiseSchedule cosine = new CosineSchedule(50);

      @Override
      public int steps() {
        return cosine.steps();
      }

      @Override
      public double alphaBar(int t) {
        return cosine.alphaBar(t);
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear-100", "linear-1000", "cosine-100", "cosine-1000"})
  void tablesAreThoseOfOpenAi(String name) {
    Golden golden = new Golden("schedules/" + name);
    int steps = golden.description().get("steps").asInt();
    NoiseSchedule schedule =
        name.startsWith("linear") ? new LinearSchedule(steps) : new CosineSchedule(steps);
    double[] betas = golden.values("betas");
    double[] alphaBars = golden.values("alphas_cumprod");
    assertThat(schedule.steps()).isEqualTo(betas.length);
    for (int t = 0; t < betas.length; t++) {
      assertThat(schedule.beta(t)).isCloseTo(betas[t], within(1e-12 * betas[t]));
      assertThat(schedule.alphaBar(t)).isCloseTo(alphaBars[t], within(1e-12 * alphaBars[t]));
    }
  }

  @Test
  void floatTablesAreThoseOfDiffusers() {
    var cosine = new CosineSchedule(1000, Precision.FLOAT32);
    assertThat((float) cosine.alphaBar(999)).isEqualTo(2.428735e-9f);
    var linear = BetaSchedule.scaledLinear(1000, 0.00085, 0.012, Precision.FLOAT32);
    double alphaBar = linear.alphaBar(999);
    assertThat(Math.sqrt((1 - alphaBar) / alphaBar)).isCloseTo(14.614646911621094, within(1e-6));
  }

  @Test
  void floatTablesDifferFromDoubleOnesByRoundingOnly() {
    var wide = new CosineSchedule(1000);
    var narrow = new CosineSchedule(1000, Precision.FLOAT32);
    for (int t = 0; t < 1000; t++) {
      assertThat(narrow.alphaBar(t)).isCloseTo(wide.alphaBar(t), withinPercentage(0.01));
    }
    assertThat(narrow.alphaBar(999)).isNotEqualTo(wide.alphaBar(999));
  }

  @Test
  void schedulesOfTheSameTableAreEqual() {
    assertThat(new CosineSchedule(10)).isEqualTo(new CosineSchedule(10));
    assertThat(new CosineSchedule(10)).isNotEqualTo(new CosineSchedule(11));
    assertThat(new LinearSchedule(100)).hasSameHashCodeAs(new LinearSchedule(100));
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new LinearSchedule(20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 20 (expected: > 20)");
    assertThatThrownBy(() -> new CosineSchedule(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> new LinearSchedule(-3, 0.1, 0.2, Precision.FLOAT64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: -3 (expected: ≥ 1)");
    assertThatThrownBy(() -> new BetaSchedule(0.1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("betas[1]: 1.0 (expected: in (0, 1))");
    assertThatThrownBy(() -> new BetaSchedule(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("betas[0]: NaN (expected: in (0, 1))");
    assertThatThrownBy(BetaSchedule::new)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("betas: none (expected: at least one)");
  }
}
