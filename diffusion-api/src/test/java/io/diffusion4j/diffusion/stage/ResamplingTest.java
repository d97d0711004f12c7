package io.diffusion4j.diffusion.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.GaussianData;
import io.diffusion4j.diffusion.solver.Samplers;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ResamplingTest {
  private static final NoiseSchedule SCHEDULE = new CosineSchedule(1000);

  private static SamplingPlan plan(Sampler sampler, int steps) {
    return sampler.plan(SCHEDULE, TimestepSpacings.UNCLIP.of(1000, steps));
  }

  @Test
  void groupsOfStepsAreDoneAgainFromTheEnd() {
    var timesteps = Timesteps.of(90, 70, 50, 30, 10);
    var plan = new Resampling(2, 3).of(new DdimSampler(0)).plan(SCHEDULE, timesteps);
    assertThat(plan.steps())
        .extracting(step -> (int) step.t())
        .containsExactly(90, 70, 50, 70, 50, 70, 50, 30, 10, 30, 10, 30, 10);
  }

  @ParameterizedTest
  @CsvSource({"30, 10, 10", "25, 10, 10", "5, 2, 3", "5, 5, 4", "5, 9, 4", "1, 1, 7", "6, 1, 2"})
  void asManyStepsAsSaid(int steps, int jumpLength, int times) {
    var resampling = new Resampling(jumpLength, times);
    assertThat(plan(resampling.of(new DdimSampler(0)), steps).steps())
        .hasSize(resampling.steps(steps));
  }

  private static final Set<String> MULTISTEP =
      Set.of(
          "dpmpp-2m",
          "dpmpp-2m-heun",
          "dpmpp-2m-karras",
          "dpmpp-3m",
          "dpmpp-3m-taylor",
          "plms",
          "pndm",
          "sde-dpmpp-2m");

  static SortedSet<String> samplers() {
    return Samplers.standard().names();
  }

  static SortedSet<String> methodsOfOneStep() {
    SortedSet<String> names = new TreeSet<>(samplers());
    names.removeAll(MULTISTEP);
    return names;
  }

  private static double deviation(SamplingPlan plan) {
    var data = new GaussianData(0.3, 0.5);
    int size = 20_000;
    float[] start = new PhiloxNoise(1, 0).gaussian("toy", -1, size);
    for (int i = 0; i < size; i++) {
      start[i] *= (float) plan.initialScale();
    }
    var trajectory =
        new Trajectory(
            plan,
            Parameterization.EPS,
            Thresholding.NONE,
            start,
            step -> new PhiloxNoise(1, 0).gaussian("toy", step, size));
    while (!trajectory.done()) {
      double alphaBar = plan.steps().get(trajectory.step()).alphaBar();
      trajectory.advance(data.predict(trajectory.x(), alphaBar, Parameterization.EPS));
    }
    double mean = 0;
    double square = 0;
    for (float value : trajectory.x()) {
      mean += value / (double) size;
      square += value * (double) value / size;
    }
    assertThat(mean).isCloseTo(0.3, within(0.03));
    return Math.sqrt(square - mean * mean);
  }

  /** Repetitions cost no accuracy: the errors of the method do not add up over all of them. */
  @ParameterizedTest
  @MethodSource("methodsOfOneStep")
  void whatIsDrawnAgainHasTheSameDistribution(String name) {
    Sampler sampler = Samplers.standard().named(name);
    double error = Math.abs(deviation(plan(sampler, 60)) - 0.5);
    double again = Math.abs(deviation(plan(new Resampling(5, 3).of(sampler), 60)) - 0.5);
    assertThat(again).isLessThan(3 * error + 0.01);
  }

  /** The noise of a repeated step has the variance that the network predicts, and the added one. */
  @ParameterizedTest
  @CsvSource({"ddpm", "ddpm-learned", "unclip"})
  void aLearnedVarianceIsKept(String name) {
    SamplingPlan once = plan(Samplers.standard().named(name), 5);
    SamplingPlan.Step step = once.steps().get(2);
    SamplingPlan.Step repeated =
        plan(new Resampling(1, 2).of(Samplers.standard().named(name)), 5).steps().get(3);
    assertThat(repeated.t()).isEqualTo(step.t());
    double alpha = step.alphaBar() / once.steps().get(3).alphaBar();
    float[] variance = {-1.5f, -1, -0.25f, 0, 0.5f, 1};
    float[] added = noiseOf(repeated, variance);
    float[] own = noiseOf(step, variance);
    for (int i = 0; i < variance.length; i++) {
      double both = Math.sqrt(alpha * own[i] * own[i] + 1 - alpha);
      assertThat((double) added[i]).isCloseTo(both, within(1e-5 * both));
    }
    assertThat(own[0]).isLessThan(own[5]);
  }

  /** Returns the deviation of the noise that a step adds. */
  private static float[] noiseOf(SamplingPlan.Step step, float[] variance) {
    float[] zeros = new float[variance.length];
    float[] ones = new float[variance.length];
    Arrays.fill(ones, 1);
    var trajectory =
        new Trajectory(
            new SamplingPlan(List.of(step), EpsSource.NETWORK, 1),
            Parameterization.EPS,
            Thresholding.NONE,
            zeros,
            any -> ones);
    trajectory.advance(new Prediction(zeros, variance));
    return trajectory.x();
  }

  static SortedSet<String> multistepMethods() {
    return new TreeSet<>(MULTISTEP);
  }

  @ParameterizedTest
  @MethodSource("multistepMethods")
  void aMethodThatRemembersIsRefused(String name) {
    Sampler sampler = new Resampling(5, 2).of(Samplers.standard().named(name));
    assertThatThrownBy(() -> plan(sampler, 60))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: a method of one step");
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void onceIsTheSamplerItself(String name) {
    Sampler sampler = Samplers.standard().named(name);
    assertThat(Resampling.NONE.of(sampler)).isSameAs(sampler);
  }

  @Test
  void lessThanOneIsRefused() {
    assertThatThrownBy(() -> new Resampling(0, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("jumpLength: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> new Resampling(2, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("times: 0 (expected: ≥ 1)");
  }
}
