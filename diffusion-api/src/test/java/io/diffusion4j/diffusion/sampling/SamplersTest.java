package io.diffusion4j.diffusion.sampling;

import static java.lang.Math.log;
import static java.lang.Math.sqrt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.diffusion4j.diffusion.NoiseSource;
import io.diffusion4j.diffusion.Parameterization;
import io.diffusion4j.diffusion.PhiloxNoise;
import io.diffusion4j.diffusion.sampling.DdpmSampler.Variance;
import io.diffusion4j.diffusion.sampling.DpmSolverPlusPlus.Correction;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.schedule.UnclipSpacing;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplersTest implements SamplerContract {
  @Override
  public List<Sampler> samplers() {
    return Stream.concat(
            Samplers.standard().names().stream().map(Samplers.standard()::named),
            Stream.of(
                new DdimSampler(0.5, EpsSource.NETWORK),
                new DdimSampler(1),
                new DpmSolverPlusPlus(1),
                new DpmSolverPlusPlus(2, Correction.HEUN, Grid.TIMESTEPS),
                new SdeDpmSolverPlusPlus(1),
                new SdeDpmSolverPlusPlus(2, Correction.HEUN, Grid.TIMESTEPS),
                new HeunSampler(
                    new KarrasGrid(7, KarrasGrid.Ends.SCHEDULE, KarrasGrid.Time.FRACTIONAL))))
        .toList();
  }

  /**
   * A solver, its order, and how many calls its history needs; a multistep solver starts with lower
   * orders, which a fixed number of steps cannot make up for.
   */
  static Stream<Arguments> solvers() {
    return Stream.of(
        arguments(new DdimSampler(0), 1.0, 0),
        arguments(new EulerSampler(), 1.0, 0),
        arguments(new DpmSolverPlusPlus(1), 1.0, 0),
        arguments(new DpmSolverPlusPlus(2), 2.0, 1),
        arguments(new DpmSolverPlusPlus(2, Correction.HEUN, Grid.TIMESTEPS), 2.0, 1),
        arguments(new HeunSampler(), 2.0, 0),
        arguments(new DpmSolverPlusPlus(3, Correction.TAYLOR, Grid.TIMESTEPS), 3.0, 2));
  }

  /** For Gaussian data the network and the ODE have closed forms, so a solver's order shows. */
  @ParameterizedTest
  @MethodSource("solvers")
  void halvingTheStepDividesTheErrorByTwoToTheOrder(Sampler sampler, double order, int history) {
    assertThat(log(error(sampler, 64, history) / error(sampler, 128, history)) / log(2))
        .isCloseTo(order, within(0.15));
  }

  /**
   * The error before the last step, which leads to the clean sample with an order of its own. The
   * first calls, the history, are made exactly: around a mean of 0 the flow is a scaling. The
   * schedule is so fine that the timesteps are no limit.
   */
  private static double error(Sampler sampler, int steps, int history) {
    NoiseSchedule schedule = new LinearSchedule(8193);
    int end = 512;
    int stride = (8192 - end) / steps;
    var timesteps =
        new Timesteps(
            IntStream.rangeClosed(0, steps).mapToObj(i -> end + (steps - i) * stride).toList());
    var data = new GaussianData(0, 2);
    var plan = new SamplingPlan.Builder();
    List<SamplingPlan.Step> planned = sampler.plan(schedule, timesteps).steps();
    for (int i = 0; i < planned.size() - 1; i++) {
      double alphaBar = planned.get(i).alphaBar();
      plan.add(
          planned.get(i).t(),
          alphaBar,
          i < history
              ? Update.ZERO.plusX(data.flow(1, alphaBar, planned.get(i + 1).alphaBar()))
              : planned.get(i).update());
    }
    float[] start = {-1.5f, -0.5f, 0.25f, 2};
    float[] reached = follow(plan.build(), data, start);
    double sum = 0;
    for (int i = 0; i < start.length; i++) {
      double exact =
          data.flow(
              start[i],
              schedule.alphaBar(timesteps.get(0)),
              schedule.alphaBar(timesteps.get(steps)));
      sum += (reached[i] - exact) * (reached[i] - exact);
    }
    return sqrt(sum / start.length);
  }

  /** A deterministic plan with the perfect network. */
  private static float[] follow(SamplingPlan plan, GaussianData data, float[] start) {
    var trajectory =
        new Trajectory(
            plan,
            Parameterization.EPS,
            X0Treatment.NONE,
            start,
            step -> {
              throw new AssertionError("noise for step " + step);
            });
    while (!trajectory.done()) {
      double alphaBar = plan.steps().get(trajectory.step()).alphaBar();
      trajectory.advance(data.predict(trajectory.x(), alphaBar, Parameterization.EPS));
    }
    return trajectory.x();
  }

  /** The published third order is of second order, though better than the second. */
  @Test
  void thePublishedThirdOrderIsBetterThanTheSecond() {
    assertThat(error(new DpmSolverPlusPlus(3), 64, 2))
        .isLessThan(error(new DpmSolverPlusPlus(2), 64, 2));
  }

  /** Its low-order start dominates, so its order shows less clearly. */
  @Test
  void plmsIsMuchBetterThanFirstOrder() {
    assertThat(error(new PlmsSampler(), 64, 0)).isLessThan(error(new DdimSampler(0), 64, 0) / 50);
    assertThat(error(new PlmsSampler(), 128, 0)).isLessThan(error(new PlmsSampler(), 64, 0) / 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 25, 250, 1000})
  void ddimWithEtaOneIsTheDdpmPosterior(int steps) {
    for (NoiseSchedule schedule : List.of(new LinearSchedule(1000), new CosineSchedule(1000))) {
      Timesteps timesteps = new UnclipSpacing().of(1000, steps);
      SamplingPlan ddim = new DdimSampler(1).plan(schedule, timesteps);
      SamplingPlan ddpm = new DdpmSampler(Variance.FIXED_SMALL).plan(schedule, timesteps);
      for (int i = 0; i < steps; i++) {
        SamplingPlan.Step step = ddim.steps().get(i);
        double noise = sqrt(1 - step.alphaBar());
        Update a = step.update();
        Update b = ddpm.steps().get(i).update();
        // ε̂ = (x − √ᾱ·x̂₀)/√(1−ᾱ)
        assertThat(a.x() + a.eps() / noise).isCloseTo(b.x(), within(1e-11));
        assertThat(a.x0() - a.eps() * sqrt(step.alphaBar()) / noise)
            .isCloseTo(b.x0(), within(1e-11));
        assertThat(a.noise().sigma()).isCloseTo(b.noise().sigma(), within(1e-12));
      }
    }
  }

  static Stream<Arguments> twins() {
    return Stream.of(
        arguments(new DdimSampler(0), new EulerSampler()),
        arguments(new DdimSampler(0), new DpmSolverPlusPlus(1)),
        arguments(new DdimSampler(1), new SdeDpmSolverPlusPlus(1)),
        arguments(new DdpmSampler(Variance.LEARNED_RANGE), new UnclipSampler()));
  }

  @ParameterizedTest
  @MethodSource("twins")
  void methodsThatAreTheSameOnPaperTakeTheSamePath(Sampler one, Sampler other) {
    float[] a = sample(one, new LinearSchedule(1000), 20, new GaussianData(0.3, 0.7), 64);
    float[] b = sample(other, new LinearSchedule(1000), 20, new GaussianData(0.3, 0.7), 64);
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).isCloseTo(b[i], within(2e-5f));
    }
  }

  static Stream<Sampler> faithful() {
    return Stream.of(
        new DdpmSampler(Variance.FIXED_SMALL),
        new DdpmSampler(Variance.FIXED_LARGE),
        new UnclipSampler(),
        new DdimSampler(0),
        new DdimSampler(0.5),
        new SdeDpmSolverPlusPlus(2),
        new EulerAncestralSampler(),
        new HeunSampler(),
        new PlmsSampler());
  }

  @ParameterizedTest
  @MethodSource("faithful")
  void manySmallStepsReproduceTheMeanAndTheVarianceOfTheData(Sampler sampler) {
    var data = new GaussianData(0.5, 0.4);
    int count = 20_000;
    float[] samples = sample(sampler, new CosineSchedule(1000), 250, data, count);
    double mean = 0;
    for (float value : samples) {
      mean += value / (double) count;
    }
    double variance = 0;
    for (float value : samples) {
      variance += (value - mean) * (value - mean) / count;
    }
    // Five standard errors of 20,000 samples, and what 250 steps leave.
    assertThat(mean).isCloseTo(0.5, within(0.015));
    assertThat(sqrt(variance)).isCloseTo(0.4, within(0.015));
  }

  private static float[] sample(
      Sampler sampler, NoiseSchedule schedule, int steps, GaussianData data, int size) {
    SamplingPlan plan = sampler.plan(schedule, new UnclipSpacing().of(schedule.steps(), steps));
    NoiseSource noise = new PhiloxNoise(11, 3);
    var trajectory =
        new Trajectory(
            plan,
            Parameterization.V,
            X0Treatment.NONE,
            noise.gaussian("test", NoiseSource.INITIAL, size),
            step -> noise.gaussian("test", step, size));
    while (!trajectory.done()) {
      double alphaBar = plan.steps().get(trajectory.step()).alphaBar();
      trajectory.advance(data.predict(trajectory.x(), alphaBar, Parameterization.V));
    }
    return trajectory.x();
  }

  @Test
  void inversionUndoesDdim() {
    NoiseSchedule schedule = new LinearSchedule(1000);
    Timesteps timesteps = new UnclipSpacing().of(1000, 1000);
    var data = new GaussianData(0.5, 0.4);
    float[] clean = {-0.25f, 0.5f, 0.75f};
    float[] noise = follow(new DdimInversion().plan(schedule, timesteps), data, clean);
    float[] again = follow(new DdimSampler(0).plan(schedule, timesteps), data, noise);
    for (int i = 0; i < clean.length; i++) {
      assertThat(again[i]).isCloseTo(clean[i], within(0.01f));
    }
  }

  @Test
  void heunAsksTwiceForEachIntervalButTheLast() {
    Timesteps timesteps = new UnclipSpacing().of(1000, 10);
    assertThat(new HeunSampler().plan(new LinearSchedule(1000), timesteps).steps()).hasSize(19);
  }

  @Test
  void samplersAreChosenByName() {
    assertThat(Samplers.standard().named("ddim")).isEqualTo(new DdimSampler(0));
    assertThat(new Samplers(Map.of("mine", new DdimSampler(1))).names()).containsExactly("mine");
  }

  @Test
  void anUnknownNameListsTheKnownOnes() {
    assertThatThrownBy(() -> Samplers.standard().named("dmp"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "sampler: dmp (expected: one of ddim, ddpm, ddpm-large, ddpm-small, dpmpp-2m,"
                + " dpmpp-2m-karras, dpmpp-3m, euler, euler-ancestral, euler-karras, heun, plms,"
                + " sde-dpmpp-2m, unclip)");
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new DdimSampler(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("eta: NaN (expected: in [0, 1])");
    assertThatThrownBy(() -> new DpmSolverPlusPlus(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("order: 4 (expected: 1, 2 or 3)");
    assertThatThrownBy(() -> new SdeDpmSolverPlusPlus(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("order: 3 (expected: 1 or 2)");
    assertThatThrownBy(() -> new KarrasGrid(0, KarrasGrid.Ends.SCHEDULE, KarrasGrid.Time.NEAREST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rho: 0.0 (expected: > 0 and finite)");
  }
}
