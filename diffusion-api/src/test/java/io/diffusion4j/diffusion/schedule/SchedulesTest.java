package io.diffusion4j.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulesTest implements NoiseScheduleContract {
  private static final double EXACT = 1e-12;
  private static final String BETAS = ".betas";
  private static final String ZERO_TERMINAL_SNR = ".zero_terminal_snr";

  @Override
  public List<NoiseSchedule> schedules() {
    List<NoiseSchedule> schedules = new ArrayList<>(others());
    for (ByName<IntFunction<NoiseSchedule>> named :
        List.of(Schedules.standard(), Schedules.diffusers())) {
      for (String name : named.names()) {
        for (int steps : new int[] {21, 100, 1000}) {
          schedules.add(named.named(name).apply(steps));
        }
      }
    }
    return schedules;
  }

  private static List<NoiseSchedule> others() {
    return List.of(
        new LinearSchedule(1000),
        new LinearSchedule(21),
        new LinearSchedule(1000, 1e-4, 0.02, TableRounding.FLOAT32),
        new LinearSchedule(1, 0.5, 0.5, TableRounding.FLOAT64),
        new CosineSchedule(1000),
        new CosineSchedule(1000, TableRounding.FLOAT32),
        new CosineSchedule(1),
        BetaSchedule.scaledLinear(1000, 0.00085, 0.012, TableRounding.FLOAT32),
        new BetaSchedule(0.1, 0.9, 0.2),
        BetaSchedule.jsd(1),
        new RespacedSchedule(new CosineSchedule(1000), Timesteps.of(999, 500, 7)),
        ZeroTerminalSnr.of(new LinearSchedule(100), TableRounding.FLOAT64),
        onlyAlphaBars());
  }

  /** A schedule with the default methods of the interface. */
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

  @GoldenTest(GoldenKind.SCHEDULE)
  void tablesAreThoseOfOpenAi(GoldenCase golden) {
    NoiseSchedule schedule =
        Schedules.standard()
            .named(golden.json().get("name").asText())
            .apply(golden.json().get("steps").asInt());
    double[] betas = golden.io().values("betas");
    double[] alphaBars = golden.io().values("alphas_cumprod");
    assertThat(schedule.steps()).isEqualTo(betas.length);
    for (int t = 0; t < betas.length; t++) {
      assertThat(schedule.beta(t)).isCloseTo(betas[t], within(1e-12 * betas[t]));
      assertThat(schedule.alphaBar(t)).isCloseTo(alphaBars[t], within(1e-12 * alphaBars[t]));
    }
  }

  /** To the last bit, except for the last bit of the exponential in the sigmoid schedule. */
  @GoldenTest(GoldenKind.FLOAT_SCHEDULE)
  void floatTablesAreThoseOfDiffusers(GoldenCase golden) {
    int steps = golden.json().get("steps").asInt();
    GoldenTensors tables = golden.io();
    for (String table : tables.names()) {
      if (table.endsWith(BETAS)) {
        String name = table.substring(0, table.length() - BETAS.length());
        isFloatTable(diffusers(name, steps), tables, name, name.equals("sigmoid") ? 2e-9 : 0);
      }
    }
  }

  private static NoiseSchedule diffusers(String name, int steps) {
    return name.endsWith(ZERO_TERMINAL_SNR)
        ? ZeroTerminalSnr.of(
            diffusers(name.substring(0, name.length() - ZERO_TERMINAL_SNR.length()), steps),
            TableRounding.FLOAT32)
        : Schedules.diffusers().named(name).apply(steps);
  }

  /** β within a tolerance, and ᾱ within the tolerance of a product of all of them. */
  private static void isFloatTable(
      NoiseSchedule schedule, GoldenTensors golden, String name, double tolerance) {
    double[] betas = golden.values(name + BETAS);
    double[] alphaBars = golden.values(name + ".alphas_cumprod");
    assertThat(schedule.steps()).isEqualTo(betas.length);
    for (int t = 0; t < betas.length; t++) {
      assertThat(schedule.beta(t))
          .as("%s: beta %d", name, t)
          .isCloseTo(betas[t], within(tolerance));
      assertThat(schedule.alphaBar(t))
          .as("%s: alphaBar %d", name, t)
          .isCloseTo(alphaBars[t], within(betas.length * tolerance));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {21, 100, 1000})
  void quadraticBetasHaveRootsInEqualSteps(int steps) {
    NoiseSchedule schedule = Schedules.standard().named("quadratic").apply(steps);
    double scale = 1000.0 / steps;
    assertThat(schedule.beta(0)).isCloseTo(scale * 1e-4, within(EXACT));
    assertThat(schedule.beta(steps - 1)).isCloseTo(scale * 0.02, within(EXACT));
    for (int t = 1; t < steps - 1; t++) {
      assertThat(root(schedule, t - 1) + root(schedule, t + 1))
          .isCloseTo(2 * root(schedule, t), within(EXACT));
    }
  }

  private static double root(NoiseSchedule schedule, int t) {
    return Math.sqrt(schedule.beta(t));
  }

  @ParameterizedTest
  @ValueSource(ints = {21, 100, 1000})
  void sigmoidBetasAreALogisticCurveThroughTheMiddle(int steps) {
    NoiseSchedule schedule = Schedules.standard().named("sigmoid").apply(steps);
    double first = 0.1 / steps;
    double last = 20.0 / steps;
    for (int t = 0; t < steps; t++) {
      assertThat(schedule.beta(t) + schedule.beta(steps - 1 - t))
          .isCloseTo(first + last, within(EXACT));
      double share = (schedule.beta(t) - first) / (last - first);
      assertThat(Math.log(share / (1 - share)))
          .isCloseTo(-6 + 12.0 * t / (steps - 1), within(1e-9));
    }
  }

  @ParameterizedTest
  @CsvSource({"warmup10, 0.1", "warmup50, 0.5"})
  void warmUpClimbsAndThenStays(String name, double share) {
    NoiseSchedule schedule = Schedules.standard().named(name).apply(1000);
    int warm = (int) (1000 * share);
    for (int t = 0; t < 1000; t++) {
      double climbed = Math.min(1, t / (warm - 1.0));
      assertThat(schedule.beta(t)).isCloseTo(1e-4 + climbed * (0.02 - 1e-4), within(EXACT));
    }
    assertThat(BetaSchedule.warmup(30, 0.1, 0.2, 0)).isEqualTo(BetaSchedule.constant(30, 0.2));
  }

  @Test
  void constantBetasLeaveAPower() {
    var schedule = BetaSchedule.constant(40, 0.1);
    for (int t = 0; t < 40; t++) {
      assertThat(schedule.alphaBar(t)).isCloseTo(Math.pow(0.9, t + 1), within(EXACT));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 21, 1000})
  void jsdLosesTheSameShareInEveryStep(int steps) {
    var schedule = BetaSchedule.jsd(steps);
    for (int t = 0; t < steps; t++) {
      assertThat(schedule.alphaBar(t)).isCloseTo((steps - 1.0 - t) / steps, within(EXACT));
    }
    assertThat(schedule.alphaBar(steps - 1)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "cosine", "scaled-linear", "sigmoid"})
  void zeroTerminalSnrKeepsTheFirstAndTheShapeOfTheSignal(String name) {
    NoiseSchedule schedule = Schedules.standard().named(name).apply(200);
    NoiseSchedule stretched = ZeroTerminalSnr.of(schedule, TableRounding.FLOAT64);
    assertThat(stretched.alphaBar(199)).isZero();
    assertThat(stretched.level(199).snr()).isZero();
    assertThat(stretched.alphaBar(0)).isCloseTo(schedule.alphaBar(0), within(EXACT));
    double first = schedule.level(0).signal();
    double last = schedule.level(199).signal();
    for (int t = 0; t < 200; t++) {
      assertThat(stretched.level(t).signal())
          .isCloseTo((schedule.level(t).signal() - last) * first / (first - last), within(EXACT));
    }
  }

  @Test
  void everyNameIsAScheduleOfTheStepsAskedForAndAnUnknownOneIsToldThem() {
    ByName<IntFunction<NoiseSchedule>> schedules = Schedules.standard();
    assertThat(schedules.names())
        .contains("cosine", "linear")
        .allSatisfy(name -> assertThat(schedules.named(name).apply(100).steps()).isEqualTo(100));
    assertThat(schedules.named("cosine").apply(100)).isEqualTo(new CosineSchedule(100));
    assertThat(schedules.named("linear").apply(100)).isEqualTo(new LinearSchedule(100));
    var two =
        new ByName<IntFunction<NoiseSchedule>>(
            "schedule", Map.of("b", CosineSchedule::new, "a", LinearSchedule::new));
    assertThatThrownBy(() -> two.named("c").apply(10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("schedule: c (expected: one of a, b)");
    assertThatThrownBy(() -> new ByName<>("schedule", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("schedule: none (expected: at least one)");
  }

  @Test
  void floatTablesDifferFromDoubleOnesByRoundingOnly() {
    var wide = new CosineSchedule(1000);
    var narrow = new CosineSchedule(1000, TableRounding.FLOAT32);
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
    assertThat(new LinearSchedule(2, 0.1, 0.3, TableRounding.FLOAT64))
        .isEqualTo(new BetaSchedule(0.1, 0.3))
        .hasSameHashCodeAs(new BetaSchedule(0.1, 0.3))
        .hasToString("LinearSchedule[steps=2, last alphaBar=0.63]");
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new LinearSchedule(20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 20 (expected: > 20)");
    assertThatThrownBy(() -> new CosineSchedule(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> new LinearSchedule(-3, 0.1, 0.2, TableRounding.FLOAT64))
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
    assertThatThrownBy(() -> new BetaSchedule(0.1, 1e-17))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("betas[1]: 1.0E-17 (expected: lowers alphaBar, which is 0.9)");
    assertThatThrownBy(() -> BetaSchedule.warmup(10, 0.1, 0.2, 1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("share: 1.5 (expected: in [0, 1])");
    assertThatThrownBy(() -> BetaSchedule.endingInNoise(TableRounding.FLOAT64, 0.1, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("betas[1]: 0.5 (expected: 1 for the last β)");
    assertThatThrownBy(() -> BetaSchedule.jsd(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> ZeroTerminalSnr.of(new BetaSchedule(0.1), TableRounding.FLOAT64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps: 1 (expected: ≥ 2)");
  }
}
