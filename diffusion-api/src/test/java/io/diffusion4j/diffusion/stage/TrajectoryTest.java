package io.diffusion4j.diffusion.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.DynamicThresholding;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Noise;
import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrajectoryTest {
  private static SamplingPlan plan(Update... updates) {
    var plan = new SamplingPlan.Builder();
    for (Update update : updates) {
      plan.add(5, 0.64, update);
    }
    return plan.build();
  }

  private static Trajectory trajectory(SamplingPlan plan, Thresholding treatment, float... start) {
    return new Trajectory(
        plan,
        Parameterization.X0,
        treatment,
        start,
        step -> {
          throw new AssertionError("noise for step " + step);
        });
  }

  @Test
  void anUpdateIsALinearCombination() {
    var t = trajectory(plan(Update.ZERO.plusX(2).plusX0(3).plusEps(5)), Thresholding.NONE, 1);
    assertThat(t.query("c").t()).isEqualTo(5);
    assertThat(t.query("c").condition()).isEqualTo("c");
    t.advance(Prediction.of(new float[] {0.5f}));
    double eps = (1 - 0.8 * 0.5) / 0.6;
    assertThat((double) t.x()[0]).isCloseTo(2 + 1.5 + 5 * eps, within(1e-6));
    assertThat(t.x0()).containsExactly(0.5f);
    assertThat(t.done()).isTrue();
  }

  @Test
  void epsFollowsTheTreatedX0UnlessThePlanMeansTheNetworks() {
    Update eps = Update.ZERO.plusEps(1);
    var treated = trajectory(plan(eps), Thresholding.clip(1), 1);
    treated.advance(Prediction.of(new float[] {3}));
    assertThat((double) treated.x()[0]).isCloseTo((1 - 0.8 * 1) / 0.6, within(1e-6));

    var plan = new SamplingPlan.Builder().epsSource(EpsSource.NETWORK).add(5, 0.64, eps).build();
    var raw = trajectory(plan, Thresholding.clip(1), 1);
    raw.advance(Prediction.of(new float[] {3}));
    assertThat((double) raw.x()[0]).isCloseTo((1 - 0.8 * 3) / 0.6, within(1e-6));
  }

  @Test
  void thePastIsWhatItWas() {
    var t =
        trajectory(
            plan(
                Update.ZERO.plusX0(1).plusX(1),
                Update.ZERO.plusX0(1).plusPast(1, Quantity.X0, 10),
                Update.ZERO
                    .plusPast(2, Quantity.X0, 1)
                    .plusPast(2, Quantity.X, 100)
                    .plusPast(1, Quantity.EPS, 1000)),
            Thresholding.NONE,
            7);
    t.advance(Prediction.of(new float[] {1})); // 1 + 7
    assertThat(t.x()).containsExactly(8);
    t.advance(Prediction.of(new float[] {2})); // 2 + 10·1
    assertThat(t.x()).containsExactly(12);
    t.advance(Prediction.of(new float[] {3}));
    double epsBefore = (8 - 0.8 * 2) / 0.6;
    assertThat((double) t.x()[0]).isCloseTo(1 + 700 + 1000 * epsBefore, within(1e-2));
  }

  @Test
  void rowsLongerThanABlockAreTreatedAlike() {
    float[] start = new PhiloxNoise(1, 0).gaussian("x", 0, 5000);
    float[] out = new PhiloxNoise(2, 0).gaussian("x", 0, 5000);
    float[] z = new PhiloxNoise(3, 0).gaussian("x", 0, 5000);
    Update update = Update.ZERO.plusX(0.5).plusX0(0.25).plusNoise(0.125);
    var t =
        new Trajectory(
            plan(update), Parameterization.X0, Thresholding.NONE, start, step -> z.clone());
    t.advance(Prediction.of(out));
    for (int i = 0; i < start.length; i++) {
      assertThat((double) t.x()[i])
          .isCloseTo(0.5 * start[i] + 0.25 * out[i] + 0.125 * z[i], within(1e-6));
    }
  }

  @Test
  void aLearnedVarianceLiesBetweenTheBounds() {
    Update update = Update.ZERO.plusNoise(Noise.between(Math.log(0.04), Math.log(0.25)));
    float[] zero = new float[4];
    var t =
        new Trajectory(
            plan(update),
            Parameterization.X0,
            Thresholding.NONE,
            zero,
            step -> new float[] {1, 1, 1, 1});
    t.advance(new Prediction(zero, new float[] {-1, 0, 1, 3}));
    assertThat((double) t.x()[0]).isCloseTo(0.2, within(1e-6));
    assertThat((double) t.x()[1]).isCloseTo(Math.sqrt(0.2 * 0.5), within(1e-6));
    assertThat((double) t.x()[2]).isCloseTo(0.5, within(1e-6));
    assertThat((double) t.x()[3]).isCloseTo(1.25, within(1e-6)); // not clamped, as the reference
  }

  @Test
  void aGradientMovesTheMeanByTheVarianceOfTheStepAfterTheClipping() {
    float[] zero = new float[2];
    Update update = Update.ZERO.plusX0(1).drawing(Noise.between(Math.log(0.04), Math.log(0.25)));
    float[] output = {5, 0};
    float[] gradient = {10, -10};
    for (float[] variance : List.of(new float[0], new float[] {-1, 1})) {
      var t =
          new Trajectory(
              plan(update, Update.ZERO.plusX0(1).withShift(Noise.NONE)),
              Parameterization.X0,
              Thresholding.clip(1),
              zero,
              step -> new float[2]);
      t.advance(new Prediction(output, variance, gradient));
      assertThat((double) t.x()[0]).isCloseTo(1 + 0.4, within(1e-6));
      double second = variance.length == 0 ? 0.04 : 0.25;
      assertThat((double) t.x()[1]).isCloseTo(-10 * second, within(1e-6));
      t.advance(new Prediction(output, variance, gradient)); // without noise there is no guidance
      assertThat(t.x()).containsExactly(1, 0);
    }
  }

  /** ε̂ falls by √(1−ᾱ)·g and x̂₀ rises by (1−ᾱ)/√ᾱ·g, so that their sum is still x. */
  @Test
  void aGradientMovesTheScoreOfAStepThatDrawsFromNoPosterior() {
    float[] x = {0.3f, -0.8f};
    float[] gradient = {10, -10};
    double alphaBar = 0.36;
    for (Update update : List.of(Update.ZERO.plusX0(0.5), Update.ZERO.plusEps(0.5))) {
      var plan = new SamplingPlan.Builder().add(7, alphaBar, update).build();
      var t =
          new Trajectory(plan, Parameterization.X0, Thresholding.clip(1), x, step -> new float[2]);
      t.advance(new Prediction(new float[] {5, 0}, new float[0], gradient));
      for (int i = 0; i < 2; i++) {
        double x0 = (i == 0 ? 1 : 0) + 0.64 / 0.6 * gradient[i];
        double eps = (x[i] - 0.6 * x0) / 0.8;
        assertThat((double) t.x0()[i]).isCloseTo(x0, within(1e-5));
        assertThat((double) t.x()[i]).isCloseTo(0.5 * (update.x0() > 0 ? x0 : eps), within(1e-5));
      }
    }
  }

  @Test
  void betweenTimestepsTheLogOfSigmaIsLinear() {
    NoiseSchedule schedule = new CosineSchedule(1000);
    assertThat(SolverLevel.at(schedule, 7)).isEqualTo(new SolverLevel(7, schedule.alphaBar(7)));
    assertThat(SolverLevel.at(schedule, NoiseSchedule.CLEAN)).isEqualTo(SolverLevel.CLEAN);
    double between =
        Math.sqrt(SolverLevel.at(schedule, 7).sigma() * SolverLevel.at(schedule, 8).sigma());
    assertThat(SolverLevel.at(schedule, 7.5).sigma()).isCloseTo(between, within(1e-9));
  }

  @Test
  void aNetworkMayAnswerWithTheLogVarianceItself() {
    Update update = Update.ZERO.plusNoise(Noise.learned(Math.log(0.04)));
    float[] zero = new float[2];
    var learned =
        new Trajectory(
            plan(update), Parameterization.X0, Thresholding.NONE, zero, step -> new float[] {1, 1});
    float[] logVariance = {(float) Math.log(0.25), (float) Math.log(9)};
    learned.advance(new Prediction(zero, logVariance));
    assertThat((double) learned.x()[0]).isCloseTo(0.5, within(1e-6));
    assertThat((double) learned.x()[1]).isCloseTo(3, within(1e-5));

    var fixed =
        new Trajectory(
            plan(update), Parameterization.X0, Thresholding.NONE, zero, step -> new float[] {1, 1});
    fixed.advance(Prediction.of(zero));
    assertThat((double) fixed.x()[0]).isCloseTo(0.2, within(1e-7));
  }

  @Test
  void aNetworkThatDoesNotLearnItsVarianceGetsTheSmaller() {
    Update update = Update.ZERO.plusNoise(Noise.between(Math.log(0.04), Math.log(0.25)));
    var t =
        new Trajectory(
            plan(update),
            Parameterization.X0,
            Thresholding.NONE,
            new float[1],
            step -> new float[] {1});
    t.advance(Prediction.of(new float[1]));
    assertThat((double) t.x()[0]).isCloseTo(0.2, within(1e-7));
  }

  @Test
  void neitherTheStartNorTheAnswerIsModified() {
    float[] start = {4, 5};
    float[] output = {7, -9};
    Update update = Update.ZERO.plusX(2).plusX0(1).plusEps(1);
    var t = trajectory(plan(update, update), Thresholding.clip(1), start);
    t.advance(Prediction.of(output));
    float[] between = t.x();
    float[] copy = between.clone();
    t.advance(Prediction.of(output));
    assertThat(start).containsExactly(4, 5);
    assertThat(output).containsExactly(7, -9);
    assertThat(between).isEqualTo(copy);
  }

  @Test
  void aPlanThatIsDoneGoesNoFurther() {
    var t = trajectory(plan(Update.ZERO), Thresholding.NONE, 1);
    t.advance(Prediction.of(new float[1]));
    assertThatThrownBy(() -> t.query("c")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> t.advance(Prediction.of(new float[1])))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anAnswerOfAnotherSizeIsRefused() {
    var t = trajectory(plan(Update.ZERO), Thresholding.NONE, 1, 2);
    assertThatThrownBy(() -> t.advance(Prediction.of(new float[3])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("output: 3 values (expected: 2)");
  }

  @Test
  void aPlanCannotLookBackBeyondItsStart() {
    assertThatThrownBy(() -> plan(Update.ZERO, Update.ZERO.plusPast(2, Quantity.X0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ago: 2 at step 1 (expected: ≤ 1)");
  }

  @Test
  void clippingClips() {
    float[] x0 = {-7, -5, 0, 0.5f, 9};
    Thresholding.clip(5).treat(x0);
    assertThat(x0).containsExactly(-5, -5, 0, 0.5f, 5);
    assertThatThrownBy(() -> Thresholding.clip(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("range: 0.0 (expected: > 0)");
  }

  @Test
  void dynamicThresholdingDividesByThePercentileButNotBelowOneOrAboveTheMaximum() {
    float[] x0 = {-4, 3, 2, 1, 0};
    new DynamicThresholding(0.75, 100).treat(x0); // s = 3
    assertThat(x0).containsExactly(-1, 1, (float) (2 / 3.0), (float) (1 / 3.0), 0);

    float[] small = {0.5f, -0.25f};
    new DynamicThresholding(0.995, 100).treat(small);
    assertThat(small).containsExactly(0.5f, -0.25f);

    float[] large = {-40, 3, 1};
    new DynamicThresholding(1, 2).treat(large);
    assertThat(large).containsExactly(-1, 1, 0.5f);

    float[] between = {0, 2, 0, 4}; // sorted 0 0 2 4, halfway at 1
    new DynamicThresholding(0.5, 100).treat(between);
    assertThat(between).containsExactly(0, 1, 0, 1);
  }

  @Test
  void noiseIsAskedForOnlyWhereItIsNeeded() {
    int[] asked = new int[3];
    var t =
        new Trajectory(
            plan(Update.ZERO, Update.ZERO.plusNoise(1), Update.ZERO),
            Parameterization.X0,
            Thresholding.NONE,
            new float[2],
            step -> {
              asked[step]++;
              return new float[2];
            });
    while (!t.done()) {
      t.advance(Prediction.of(new float[2]));
    }
    assertThat(Arrays.toString(asked)).isEqualTo("[0, 1, 0]");
  }
}
