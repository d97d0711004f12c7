package io.diffusion4j.diffusion.solver;

import static java.lang.Math.log;
import static java.lang.Math.sqrt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.BetaSchedule;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TableRounding;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.schedule.ZeroTerminalSnr;
import io.diffusion4j.diffusion.stage.Trajectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class SamplersTest implements SamplerContract {
  @Override
  public List<Sampler> samplers() {
    return Stream.<Stream<Sampler>>of(
            Samplers.standard().names().stream().map(Samplers.standard()::named),
            Solver.TABLE.stream().map(Solver::sampler),
            Stream.of(
                new HeunSampler(
                    new KarrasGrid(7, KarrasGrid.Ends.SCHEDULE, KarrasGrid.Time.FRACTIONAL))))
        .flatMap(samplers -> samplers)
        .toList();
  }

  static Stream<Solver> deterministic() {
    return Solver.TABLE.stream().filter(Solver::isDeterministic);
  }

  static Stream<Arguments> deterministicOnData() {
    return deterministic()
        .flatMap(
            solver ->
                Stream.of(
                    arguments(solver, 2.0, 384),
                    arguments(solver, 2.0, 480),
                    arguments(solver, 3.0, 384)));
  }

  /**
   * For Gaussian data the network and the ODE have closed forms, so a solver's order shows. The
   * numbers of steps are multiples of three, for the solvers with several calls in a step.
   */
  @ParameterizedTest
  @MethodSource("deterministicOnData")
  void halvingTheStepDividesTheErrorByTwoToTheOrder(Solver solver, double deviation, int steps) {
    assertThat(order(solver, new GaussianData(0, deviation), steps, data -> data::flow))
        .isCloseTo(solver.order(), within(0.15));
  }

  @ParameterizedTest
  @EnumSource(SdeSampler.Method.class)
  void theMeanOfTheReverseSdeIsOfFirstOrder(SdeSampler.Method method) {
    var solver = new Solver(new SdeSampler(method, 0), 1, 0);
    assertThat(order(solver, new GaussianData(0, 2), 384, data -> data::reverseMean))
        .isCloseTo(1, within(0.15));
  }

  /** The exact solution from one level to another. */
  private interface Flow {
    double to(double x, double alphaBar, double alphaBarTo);
  }

  private static double order(
      Solver solver, GaussianData data, int steps, Function<GaussianData, Flow> exact) {
    Flow flow = exact.apply(data);
    return log(error(solver, data, steps, flow) / error(solver, data, 2 * steps, flow)) / log(2);
  }

  /**
   * The error before the last step, which leads to the clean sample with an order of its own. The
   * first calls, which are the history, are exact: around a mean of 0 the flow is a scaling. The
   * steps are small enough to show the order of the error, hence double precision, and the schedule
   * is fine enough for them. Noise is left out.
   */
  private static double error(Solver solver, GaussianData data, int steps, Flow flow) {
    NoiseSchedule schedule = new LinearSchedule(8193);
    int end = 512;
    int stride = (8192 - end) / steps;
    var timesteps =
        new Timesteps(
            IntStream.rangeClosed(0, steps).mapToObj(i -> end + (steps - i) * stride).toList());
    List<SamplingPlan.Step> plan = solver.sampler().plan(schedule, timesteps).steps();
    record Seen(double x, double x0, double eps) {}
    List<Seen> seen = new ArrayList<>();
    double x = 1;
    for (int i = 0; i < plan.size() - 1; i++) {
      double alphaBar = plan.get(i).alphaBar();
      double x0 = data.x0(x, alphaBar);
      double eps = data.eps(x, alphaBar);
      seen.add(new Seen(x, x0, eps));
      if (i < solver.history()) {
        x = flow.to(x, alphaBar, plan.get(i + 1).alphaBar());
      } else {
        Update update = plan.get(i).update();
        x = update.x() * x + update.x0() * x0 + update.eps() * eps;
        for (Update.Past past : update.past()) {
          Seen then = seen.get(i - past.ago());
          x +=
              past.factor()
                  * switch (past.of()) {
                    case X -> then.x();
                    case X0 -> then.x0();
                    case EPS -> then.eps();
                  };
        }
      }
    }
    double exact =
        flow.to(1, schedule.alphaBar(timesteps.get(0)), schedule.alphaBar(timesteps.get(steps)));
    return Math.abs(x - exact);
  }

  /** A deterministic plan with the perfect network. */
  private static float[] follow(SamplingPlan plan, GaussianData data, float[] start) {
    var trajectory =
        new Trajectory(
            plan,
            Parameterization.EPS,
            Thresholding.NONE,
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

  /**
   * This solver uses half of the second derivative, so its error is smaller, but its order is not
   * higher.
   */
  @Test
  void thePublishedThirdOrderIsBetterThanTheSecond() {
    var data = new GaussianData(0, 2);
    assertThat(error(new Solver(new DpmSolverPlusPlus(3), 2, 2), data, 384, data::flow))
        .isLessThan(error(new Solver(new DpmSolverPlusPlus(2), 2, 1), data, 384, data::flow) / 3);
  }

  static Stream<Arguments> schedulesThatEndInNoise() {
    return Stream.of(
        arguments(BetaSchedule.jsd(1000)),
        arguments(ZeroTerminalSnr.of(new LinearSchedule(1000), TableRounding.FLOAT64)));
  }

  @ParameterizedTest
  @MethodSource("schedulesThatEndInNoise")
  void whereNothingIsLeftOfTheSampleASamplerWorksOrSaysWhy(NoiseSchedule schedule) {
    Timesteps timesteps = TimestepSpacings.UNCLIP.of(1000, 10);
    List<String> able = new ArrayList<>();
    for (String name : Samplers.standard().names()) {
      try {
        SamplingPlan plan = Samplers.standard().named(name).plan(schedule, timesteps);
        double most =
            switch (name) {
              case "edm" -> 7; // ten levels from 80 down are far apart
              case "flow-heun" -> 113; // of x̂₀, as σ falls from 0.11 to 0.001 in a step
              default -> 3;
            };
        assertThat(plan.gain()).as(name).isLessThan(most);
        able.add(name);
      } catch (IllegalArgumentException e) {
        assertThat(e)
            .hasMessage(
                "alphaBar: 0.0 at t = 999.0 (expected: in (0, 1]; where nothing is left of the"
                    + " sample, σ and λ are infinite, and ddim, ddpm, lcm and unclip do without)");
      }
    }
    assertThat(able)
        .containsExactly(
            "consistency",
            "ddim",
            "ddim-diffusers",
            "ddpm",
            "ddpm-large",
            "ddpm-learned",
            "ddpm-small",
            "edm",
            "flow-euler",
            "flow-heun",
            "flow-stochastic",
            "lcm",
            "tcd",
            "unclip");
  }

  @Test
  void theGainIsOneOfAnAverageAndHugeWhereSigmaFallsAHundredfoldInAStep() {
    Timesteps timesteps = TimestepSpacings.UNCLIP.of(1000, 25);
    NoiseSchedule cosine = new CosineSchedule(1000);
    ByName<Sampler> samplers = Samplers.standard();
    assertThat(samplers.named("ddpm").plan(cosine, timesteps).gain()).isCloseTo(1, within(0.01));
    assertThat(samplers.named("ddim").plan(cosine, timesteps).gain()).isLessThan(1.5);
    assertThat(samplers.named("dpmpp-2m").plan(cosine, timesteps).gain()).isLessThan(10);
    for (String name : List.of("heun", "plms", "pndm")) {
      Sampler sampler = samplers.named(name);
      assertThat(sampler.plan(cosine, timesteps).gain()).as(name).isGreaterThan(1000);
      assertThat(sampler.plan(new LinearSchedule(1000), timesteps).gain()).as(name).isLessThan(20);
    }
    assertThat(samplers.named("heun-karras").plan(cosine, timesteps).gain()).isLessThan(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 25, 250, 1000})
  void ddimWithEtaOneIsTheDdpmPosterior(int steps) {
    for (NoiseSchedule schedule : List.of(new LinearSchedule(1000), new CosineSchedule(1000))) {
      Timesteps timesteps = TimestepSpacings.UNCLIP.of(1000, steps);
      SamplingPlan ddim = new DdimSampler(1).plan(schedule, timesteps);
      SamplingPlan ddpm = new DdpmSampler(VarianceType.FIXED_SMALL).plan(schedule, timesteps);
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
        arguments(new DdpmSampler(VarianceType.LEARNED_RANGE), new UnclipSampler()));
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

  static Stream<Arguments> draws() {
    return Solver.TABLE.stream()
        .flatMap(solver -> Stream.of(arguments(solver, 11, 10_000), arguments(solver, 12, 4_000)));
  }

  @ParameterizedTest
  @MethodSource("draws")
  void manySmallStepsReproduceTheMeanAndTheCovarianceOfTheData(
      Solver solver, long seed, int pairs) {
    var data =
        new CorrelatedData(new GaussianData(0.5, 0.9), new GaussianData(-0.3, 0.3), Math.PI / 6);
    float[] samples =
        sample(solver.sampler(), new CosineSchedule(1000), 500, data::predict, seed, 2 * pairs);
    double[] mean = new double[2];
    for (int k = 0; k < samples.length; k++) {
      mean[k % 2] += samples[k] / (double) pairs;
    }
    for (int i = 0; i < 2; i++) {
      // Five standard errors, and the error of the steps.
      double deviation = sqrt(data.covariance(i, i));
      assertThat(mean[i]).isCloseTo(data.mean(i), within(5 * deviation / sqrt(pairs) + 0.005));
      for (int j = 0; j <= i; j++) {
        double covariance = 0;
        for (int k = 0; k < samples.length; k += 2) {
          covariance += (samples[k + i] - mean[i]) * (samples[k + j] - mean[j]) / pairs;
        }
        double product = data.covariance(i, i) * data.covariance(j, j);
        double square = data.covariance(i, j) * data.covariance(i, j);
        assertThat(covariance)
            .isCloseTo(data.covariance(i, j), within(5 * sqrt((product + square) / pairs) + 0.01));
      }
    }
  }

  /** A network, called with a row and ᾱ. */
  private interface Network {
    Prediction predict(float[] x, double alphaBar);
  }

  private static float[] sample(
      Sampler sampler, NoiseSchedule schedule, int steps, GaussianData data, int size) {
    return sample(
        sampler, schedule, steps, (x, aBar) -> data.predict(x, aBar, Parameterization.V), 11, size);
  }

  private static float[] sample(
      Sampler sampler, NoiseSchedule schedule, int steps, Network network, long seed, int size) {
    SamplingPlan plan = sampler.plan(schedule, TimestepSpacings.UNCLIP.of(schedule.steps(), steps));
    NoiseSource noise = new PhiloxNoise(seed, 3);
    var trajectory =
        new Trajectory(
            plan,
            Parameterization.V,
            Thresholding.NONE,
            noise.gaussian("test", NoiseSource.INITIAL, size),
            step -> noise.gaussian("test", step, size));
    while (!trajectory.done()) {
      double alphaBar = plan.steps().get(trajectory.step()).alphaBar();
      trajectory.advance(network.predict(trajectory.x(), alphaBar));
    }
    return trajectory.x();
  }

  /**
   * diffusers' {@code step_plms}: a step leads ⌊T/n⌋ down from its timestep, whatever the next one
   * is, and the repeated one leads to the second timestep from ⌊T/n⌋ above it.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 10, 30})
  void diffusersPlmsStepsByTheStrideOnAnySpacing(int n) {
    NoiseSchedule schedule = new LinearSchedule(1000);
    var data = new GaussianData(0.5, 0.4);
    double[][] weights = {
      {1}, {1.5, -0.5}, {23. / 12, -16. / 12, 5. / 12}, {55. / 24, -59. / 24, 37. / 24, -9. / 24}
    };
    for (var spacing : List.of(TimestepSpacings.LINSPACE, TimestepSpacings.TRAILING)) {
      Timesteps timesteps = spacing.of(1000, n);
      List<Integer> calls = new ArrayList<>(timesteps.values());
      if (n > 1) {
        calls.add(1, timesteps.get(1));
      }
      double x = 0.3;
      double first = x;
      List<Double> slopes = new ArrayList<>();
      for (int i = 0; i < calls.size(); i++) {
        int from = calls.get(i);
        double slope = data.eps(x, schedule.alphaBar(from));
        double combined;
        int to = from - 1000 / n;
        if (i == 1) {
          combined = (slope + slopes.get(0)) / 2;
          to = from;
          from += 1000 / n;
          x = first;
        } else {
          slopes.add(0, slope);
          double[] w = weights[Math.min(slopes.size(), 4) - 1];
          combined = 0;
          for (int k = 0; k < w.length; k++) {
            combined += w[k] * slopes.get(k);
          }
        }
        double a = schedule.alphaBar(from);
        double b = schedule.alphaBar(Math.max(to, 0));
        x = sqrt(b / a) * x - (b - a) * combined / (a * sqrt(1 - b) + sqrt(a * (1 - a) * b));
      }
      var sampler = new PlmsSampler(PlmsSampler.Start.LISTED, FinalNoiseLevel.FIRST_TIMESTEP);
      float[] drawn = follow(sampler.plan(schedule, timesteps), data, new float[] {0.3f});
      assertThat((double) drawn[0]).isCloseTo(x, within(1e-5));
    }
  }

  /** The timesteps of diffusers' DPM-Solver++ with 10 steps. */
  @Test
  void karrasTimesOfTheCosineScheduleAreCut() {
    var levels =
        Samplers.KARRAS_BELOW.levels(
            new CosineSchedule(1000), TimestepSpacings.LINSPACE_ABOVE_ZERO.of(1000, 10));
    assertThat(levels.stream().map(SolverLevel::t))
        .containsExactly(998.0, 998.0, 998.0, 998.0, 997.0, 995.0, 983.0, 894.0, 259.0, 0.0);
  }

  @Test
  void inversionAndThenDdimReturns() {
    assertThat(roundTripError(1000)).isLessThan(0.01);
    // Both are of first order, and so is their difference.
    assertThat(roundTripError(200) / roundTripError(400)).isCloseTo(2, within(0.3));
  }

  private static double roundTripError(int steps) {
    NoiseSchedule schedule = new LinearSchedule(1000);
    Timesteps timesteps = TimestepSpacings.UNCLIP.of(1000, steps);
    var data = new GaussianData(0.5, 0.4);
    float[] clean = {-0.25f, 0.5f, 0.75f};
    float[] noise = follow(new DdimInversion().plan(schedule, timesteps), data, clean);
    float[] again = follow(new DdimSampler(0).plan(schedule, timesteps), data, noise);
    double largest = 0;
    for (int i = 0; i < clean.length; i++) {
      largest = Math.max(largest, Math.abs(again[i] - clean[i]));
    }
    return largest;
  }

  /** The output is read at the level of the time input, so ε̂ is the same function. */
  @ParameterizedTest
  @EnumSource(Parameterization.class)
  void anInversionDoesNotDependOnTheParameterization(Parameterization parameterization) {
    NoiseSchedule schedule = new LinearSchedule(1000);
    var plan = new DdimInversion().plan(schedule, TimestepSpacings.LEADING.of(1000, 20));
    float[] clean = {-0.25f, 0.5f, 0.75f};
    float[] expected = follow(plan, new GaussianData(0.5, 0.4), clean);
    var trajectory =
        new Trajectory(plan, parameterization, Thresholding.NONE, clean, step -> new float[0]);
    while (!trajectory.done()) {
      double alphaBar = plan.steps().get(trajectory.step()).alphaBar();
      trajectory.advance(
          new GaussianData(0.5, 0.4).predict(trajectory.x(), alphaBar, parameterization));
    }
    for (int i = 0; i < clean.length; i++) {
      assertThat(trajectory.x()[i]).isCloseTo(expected[i], within(1e-4f));
    }
  }

  /** diffusers: √(σ² + 1) of its samples x/√ᾱ with leading timesteps, and σ with the others. */
  @ParameterizedTest
  @ValueSource(strings = {"euler", "euler-ancestral", "euler-karras", "heun", "heun-karras"})
  void theSpacingDecidesWhetherASampleStartsWithTheVarianceOfTheData(String name) {
    NoiseSchedule schedule = new LinearSchedule(40);
    Sampler sampler = Samplers.standard().named(name);
    for (int n = 1; n <= 40; n++) {
      var leading = TimestepSpacings.LEADING.of(40, n);
      double sigma = schedule.level(leading.get(0)).sigma();
      double signal = schedule.level(leading.get(0)).signal();
      assertThat(sampler.plan(schedule, leading).initialScale())
          .isCloseTo(signal * Math.sqrt(sigma * sigma + 1), within(1e-9));
      for (var spacing : List.of(TimestepSpacings.LINSPACE, TimestepSpacings.TRAILING)) {
        var timesteps = spacing.of(40, n);
        var first = schedule.level(timesteps.get(0));
        assertThat(sampler.plan(schedule, timesteps).initialScale())
            .as("%s steps", n)
            .isCloseTo(first.signal() * first.sigma(), within(1e-9));
      }
    }
  }

  /** The sample is a noised image, whose variance is that of the data and the noise. */
  @Test
  void theEndOfAListHasNoStartOfItsOwn() {
    NoiseSchedule schedule = new LinearSchedule(40);
    for (var spacing : List.of(TimestepSpacings.LINSPACE, TimestepSpacings.TRAILING)) {
      var end = spacing.of(40, 8).last(5);
      assertThat(new EulerSampler().plan(schedule, end).initialScale()).isEqualTo(1);
    }
  }

  @Test
  void pndmWarmsUpWithFourCallsAStepAtTheTimesTheReferenceHas() {
    Sampler pndm = new PlmsSampler(PlmsSampler.Start.RUNGE_KUTTA);
    Timesteps timesteps = TimestepSpacings.LEADING.of(1000, 10);
    assertThat(pndm.plan(new LinearSchedule(1000), timesteps).steps())
        .extracting(step -> (int) step.t())
        .containsExactly(
            900, 850, 850, 800, 800, 750, 750, 700, 700, 650, 650, 600, // Runge–Kutta
            600, 500, 400, 300, 200, 100, 0); // multistep
  }

  @Test
  void heunAsksTwiceForEachIntervalButTheLast() {
    Timesteps timesteps = TimestepSpacings.UNCLIP.of(1000, 10);
    assertThat(new HeunSampler().plan(new LinearSchedule(1000), timesteps).steps()).hasSize(19);
  }

  @Test
  void samplersAreChosenByName() {
    assertThat(Samplers.standard().named("ddim")).isEqualTo(new DdimSampler(0));
    assertThat(new ByName<>("sampler", Map.of("mine", new DdimSampler(1))).names())
        .containsExactly("mine");
  }

  @Test
  void namesThatAreTakenAreNotAdded() {
    var mine = Map.of("mine", new DdimSampler(1));
    ByName<Sampler> more = Samplers.standard().adding(mine);
    assertThat(more.named("mine")).isEqualTo(new DdimSampler(1));
    assertThatThrownBy(() -> more.adding(mine))
        .hasMessage("sampler: mine (expected: a name that is not taken)");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 10, 25})
  void aWholeStrideIsTheListWhereTheListHasIt(int n) {
    Timesteps leading = TimestepSpacings.LEADING.of(1000, n);
    var schedule = new LinearSchedule(1000);
    for (FinalNoiseLevel end : FinalNoiseLevel.values()) {
      assertThat(
              new DdimSampler(0.5, EpsSource.NETWORK, DdimSampler.Stride.WHOLE, end)
                  .plan(schedule, leading))
          .isEqualTo(
              new DdimSampler(0.5, EpsSource.NETWORK, DdimSampler.Stride.LISTED, end)
                  .plan(schedule, leading));
    }
  }

  @Test
  void aWholeStrideMayEndAtTheFirstTimestep() {
    Timesteps trailing = TimestepSpacings.TRAILING.of(1000, 7); // …, 285, 142, and ⌊1000/7⌋ = 142
    var schedule = new LinearSchedule(1000);
    var last =
        new DdimSampler(0, EpsSource.NETWORK, DdimSampler.Stride.WHOLE, FinalNoiseLevel.CLEAN)
            .plan(schedule, trailing)
            .steps()
            .get(6);
    assertThat(last.update().x0()).isEqualTo(Math.sqrt(schedule.alphaBar(0)));
  }

  @Test
  void timesBetweenTimestepsHaveSigmasBetweenTheirs() {
    var schedule = new LinearSchedule(1000);
    List<SolverLevel> levels = Grid.TIMES.levels(schedule, TimestepSpacings.LINSPACE.of(1000, 7));
    assertThat(levels.get(0)).isEqualTo(new SolverLevel(999, schedule.alphaBar(999)));
    assertThat(levels.get(6)).isEqualTo(new SolverLevel(0, schedule.alphaBar(0)));
    SolverLevel level = levels.get(1); // t = 832.5
    double below = new SolverLevel(832, schedule.alphaBar(832)).sigma();
    double above = new SolverLevel(833, schedule.alphaBar(833)).sigma();
    assertThat(level.t()).isEqualTo(832.5);
    assertThat(level.sigma()).isCloseTo((below + above) / 2, within(1e-9));
    Timesteps whole = TimestepSpacings.TRAILING.of(1000, 7);
    assertThat(Grid.TIMES.levels(schedule, whole))
        .isEqualTo(Grid.TIMESTEPS.levels(schedule, whole));
  }

  @Test
  void anUnknownNameListsTheKnownOnes() {
    assertThatThrownBy(() -> Samplers.standard().named("dmp"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "sampler: dmp (expected: one of consistency, ddim, ddim-diffusers, ddpm, ddpm-large,"
                + " ddpm-learned, ddpm-small, dpmpp-1, dpmpp-2m, dpmpp-2m-heun, dpmpp-2m-karras,"
                + " dpmpp-2s, dpmpp-3m, dpmpp-3m-taylor, dpmpp-3s, edm, euler, euler-ancestral,"
                + " euler-karras, flow-euler, flow-heun, flow-stochastic, heun, heun-karras, lcm,"
                + " ode-euler, ode-heun, ode-rk4, plms, pndm, sde-dpmpp-2m, sde-euler-maruyama,"
                + " sde-pc, sde-reverse-diffusion, tcd, unclip)");
  }

  @Test
  void aNameWithoutASamplerSaysWhatItNeeds() {
    ByName<Sampler> one = new ByName<>("sampler", Map.of("ddim", new DdimSampler(0)));
    ByName<Sampler> lacking = one.without("other", "a measurement").with("heun", new HeunSampler());
    assertThat(lacking.names()).containsExactly("ddim", "heun");
    assertThatThrownBy(() -> lacking.named("other"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sampler: other (expected: one of ddim, heun; other needs a measurement)");
    Sampler other = new EulerSampler();
    assertThat(lacking.with("other", other).named("other")).isSameAs(other);
  }

  @Test
  void whatIsDoneToX0HasANameAndAnUnknownOneListsThem() {
    float[] x0 = {-3, 0.5f};
    Thresholding.standard().named("clip").treat(x0);
    assertThat(x0).containsExactly(-1, 0.5f);
    Thresholding.standard().named("none").treat(x0);
    assertThat(x0).containsExactly(-1, 0.5f);
    assertThatThrownBy(() -> Thresholding.standard().named("clap"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("thresholding: clap (expected: one of clip, dynamic, none)");
    assertThat(new DdimSampler(0, EpsSource.NETWORK).withEta(1))
        .isEqualTo(new DdimSampler(1, EpsSource.NETWORK));
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new DdimSampler(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("eta: NaN (expected: in [0, 1])");
    assertThatThrownBy(() -> new DpmSolverPlusPlus(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("order: 4 (expected: 1, 2 or 3)");
    assertThatThrownBy(() -> new SinglestepDpmSolverPlusPlus(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("order: 1 (expected: 2 or 3)");
    assertThatThrownBy(() -> new SdeDpmSolverPlusPlus(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("order: 3 (expected: 1 or 2)");
    assertThatThrownBy(() -> new KarrasGrid(0, KarrasGrid.Ends.SCHEDULE, KarrasGrid.Time.NEAREST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rho: 0.0 (expected: > 0 and finite)");
  }
}
