package io.diffusion4j.diffusion.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.stage.Trajectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** For Gaussian data the best variance, that of q(x_s | x_t), has a closed form. */
class AnalyticDpmSamplerTest {
  private static final NoiseSchedule SCHEDULE = new CosineSchedule(1000);
  private static final Timesteps TIMESTEPS = TimestepSpacings.UNCLIP.of(1000, 12);

  /** E[ε̂²] = (1−ᾱ)/Var(x_t) of the perfect network. */
  private static EpsPower power(double deviation) {
    SortedMap<Integer, Double> powers = new TreeMap<>();
    for (int t = 0; t < SCHEDULE.steps(); t++) {
      powers.put(t, (1 - SCHEDULE.alphaBar(t)) / variance(deviation, SCHEDULE.alphaBar(t)));
    }
    return new EpsPower(powers);
  }

  /** Var(x_t). */
  private static double variance(double deviation, double alphaBar) {
    return alphaBar * deviation * deviation + 1 - alphaBar;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.4, 1, 3})
  void theVarianceIsThatOfTheTrueReverseProcess(double deviation) {
    SamplingPlan plan = new AnalyticDpmSampler(power(deviation)).plan(SCHEDULE, TIMESTEPS);
    for (int i = 0; i < TIMESTEPS.size() - 1; i++) {
      double alphaBar = SCHEDULE.alphaBar(TIMESTEPS.get(i));
      double alphaBarNext = SCHEDULE.alphaBar(TIMESTEPS.get(i + 1));
      double alpha = alphaBar / alphaBarNext;
      double next = variance(deviation, alphaBarNext);
      // Var(x_s | x_t) = Var(x_s) − Cov(x_s, x_t)²/Var(x_t) with Cov = √α·Var(x_s)
      double exact = next - alpha * next * next / variance(deviation, alphaBar);
      double sigma = plan.steps().get(i).update().noise().sigma();
      assertThat(sigma * sigma).isCloseTo(exact, within(1e-9 * exact));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void fewStepsReproduceTheVarianceOfTheData(double eta) {
    var sampler = new AnalyticDpmSampler(power(0.7), eta, Double.POSITIVE_INFINITY);
    assertThat(sampledVariance(sampler)).isCloseTo(0.49, within(0.02));
    // which the posterior's variance does not
    assertThat(sampledVariance(new DdpmSampler(VarianceType.FIXED_SMALL))).isLessThan(0.45);
  }

  private static double sampledVariance(Sampler sampler) {
    var data = new GaussianData(0, 0.7);
    var noise = new PhiloxNoise(5, 0);
    int count = 30_000;
    SamplingPlan plan = sampler.plan(SCHEDULE, TIMESTEPS);
    var trajectory =
        new Trajectory(
            plan,
            Parameterization.EPS,
            Thresholding.NONE,
            noise.gaussian("x", 99, count),
            step -> noise.gaussian("x", step, count));
    while (!trajectory.done()) {
      double alphaBar = plan.steps().get(trajectory.step()).alphaBar();
      trajectory.advance(data.predict(trajectory.x(), alphaBar, Parameterization.EPS));
    }
    double sum = 0;
    for (float value : trajectory.x()) {
      sum += (double) value * value;
    }
    return sum / count;
  }

  @Test
  void theVarianceStaysWithinItsBounds() {
    Sampler small = new DdpmSampler(VarianceType.FIXED_SMALL);
    List<SamplingPlan.Step> lower = small.plan(SCHEDULE, TIMESTEPS).steps();
    // The variance is the posterior's if the network predicts more noise than there is,
    assertVariances(new AnalyticDpmSampler(constant(1.5)), lower);
    // or if the data have hardly any range.
    assertVariances(new AnalyticDpmSampler(constant(0), 1, 1e-9), lower);
    // It is the largest, β/α, if the network predicts no noise: that of unbounded data.
    List<SamplingPlan.Step> upper =
        new AnalyticDpmSampler(constant(0)).plan(SCHEDULE, TIMESTEPS).steps();
    for (int i = 0; i < TIMESTEPS.size() - 1; i++) {
      double alpha = SCHEDULE.alphaBar(TIMESTEPS.get(i)) / SCHEDULE.alphaBar(TIMESTEPS.get(i + 1));
      double sigma = upper.get(i).update().noise().sigma();
      double largest = (1 - alpha) / alpha;
      assertThat(sigma * sigma).isCloseTo(largest, within(1e-9 * largest));
    }
  }

  private static void assertVariances(Sampler sampler, List<SamplingPlan.Step> expected) {
    List<SamplingPlan.Step> steps = sampler.plan(SCHEDULE, TIMESTEPS).steps();
    for (int i = 0; i < steps.size(); i++) {
      assertThat(steps.get(i).update().noise().sigma())
          .isCloseTo(expected.get(i).update().noise().sigma(), within(1e-9));
    }
  }

  private static EpsPower constant(double power) {
    return new EpsPower(new TreeMap<>(Map.of(0, power)));
  }

  @ParameterizedTest
  @EnumSource
  void theNetworkIsMeasuredOnTheDataSet(Parameterization parameterization) {
    var data = new GaussianData(0.2, 0.6);
    Denoiser<String> network =
        new Denoiser<>() {
          @Override
          public Parameterization parameterization() {
            return parameterization;
          }

          @Override
          public List<Prediction> predict(List<Query<String>> queries) {
            assertThat(queries).extracting(Query::condition).containsOnly("x");
            return queries.stream()
                .map(
                    query ->
                        data.predict(
                            query.xt(), SCHEDULE.alphaBar((int) query.t()), parameterization))
                .toList();
          }
        };
    List<EpsPower.Sample<String>> samples = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      var noise = new PhiloxNoise(3, i);
      float[] x0 = noise.gaussian("data", 0, 200);
      for (int k = 0; k < x0.length; k++) {
        x0[k] = 0.2f + 0.6f * x0[k];
      }
      samples.add(new EpsPower.Sample<>(x0, "x", noise));
    }
    var at = new Timesteps(List.of(990, 500, 100));
    EpsPower measured = EpsPower.measure(network, SCHEDULE, at, samples);
    assertThat(measured.byTimestep()).containsOnlyKeys(100, 500, 990);
    for (int t : at.values()) {
      // 30,000 values: the mean of squares is within 5·√(2/30,000) of itself
      double exact = power(0.6).at(t);
      assertThat(measured.at(t)).isCloseTo(exact, within(0.045 * exact));
    }
  }

  @Test
  void betweenMeasuredTimestepsThePowerIsInterpolated() {
    var power = new EpsPower(new TreeMap<>(Map.of(10, 0.5, 20, 1.0)));
    assertThat(power.at(0)).isEqualTo(0.5);
    assertThat(power.at(10)).isEqualTo(0.5);
    assertThat(power.at(14)).isCloseTo(0.7, within(1e-12));
    assertThat(power.at(20)).isEqualTo(1);
    assertThat(power.at(999)).isEqualTo(1);
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new EpsPower(new TreeMap<>()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("epsPower: none (expected: at least one timestep)");
    assertThatThrownBy(() -> constant(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("epsPower: -1.0 at t = 0 (expected: ≥ 0 and finite, t ≥ 0)");
    assertThatThrownBy(() -> new AnalyticDpmSampler(constant(1), 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("eta: 2.0 (expected: in [0, 1])");
    assertThatThrownBy(() -> new AnalyticDpmSampler(constant(1), 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("range: 0.0 (expected: > 0)");
  }
}
