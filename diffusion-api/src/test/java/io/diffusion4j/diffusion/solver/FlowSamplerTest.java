package io.diffusion4j.diffusion.solver;

import static java.lang.Math.log;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.FlowGrid.Form;
import io.diffusion4j.diffusion.solver.FlowSampler.Method;
import io.diffusion4j.diffusion.stage.Trajectory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Samplers on the grid of a flow, for networks of any schedule. */
class FlowSamplerTest implements SamplerContract {
  private static final NoiseSchedule FLOW = new FlowSchedule(1000, 1);

  @Override
  public List<Sampler> samplers() {
    return List.of(
        new FlowSampler(Method.EULER, FlowGrid.EVEN),
        new FlowSampler(Method.HEUN, new FlowGrid(3)),
        new FlowSampler(Method.STOCHASTIC, FlowGrid.EVEN),
        new EdmSampler());
  }

  private static SamplingPlan plan(Sampler sampler, NoiseSchedule schedule, int steps) {
    return sampler.plan(schedule, TimestepSpacings.TRAILING.of(schedule.steps(), steps));
  }

  private static float[] draw(
      SamplingPlan plan, GaussianData data, Parameterization predicted, float... start) {
    var trajectory =
        new Trajectory(plan, predicted, Thresholding.NONE, start, step -> new float[start.length]);
    while (!trajectory.done()) {
      double alphaBar = plan.steps().get(trajectory.step()).alphaBar();
      trajectory.advance(data.predict(trajectory.x(), alphaBar, predicted));
    }
    return trajectory.x();
  }

  /** Data of mean 0 is scaled by its deviation, from noise of deviation 1. */
  @Test
  void halvingTheStepDividesTheErrorByTwoToTheOrder() {
    var data = new GaussianData(0, 2);
    for (Method method : List.of(Method.EULER, Method.HEUN)) {
      var sampler = new FlowSampler(method, FlowGrid.EVEN);
      double coarse = draw(plan(sampler, FLOW, 25), data, Parameterization.VELOCITY, 1)[0] - 2;
      double fine = draw(plan(sampler, FLOW, 50), data, Parameterization.VELOCITY, 1)[0] - 2;
      assertThat(log(coarse / fine) / log(2))
          .as("%s", method)
          .isCloseTo(method == Method.EULER ? 1 : 2, within(0.2));
    }
  }

  @Test
  void eulersStepIsDdimsOnTheSameLevels() {
    SamplingPlan flow = plan(new FlowSampler(Method.EULER, FlowGrid.EVEN), FLOW, 1000);
    SamplingPlan ddim = plan(new DdimSampler(0), FLOW, 1000);
    for (int i = 0; i < 1000; i++) {
      SamplingPlan.Step one = flow.steps().get(i);
      SamplingPlan.Step other = ddim.steps().get(i);
      assertThat(one.t()).isCloseTo(other.t(), within(1e-4));
      assertThat(one.alphaBar()).isCloseTo(other.alphaBar(), within(1e-6));
      assertThat(one.update().x0()).isCloseTo(other.update().x0(), within(1e-6));
      assertThat(one.update().eps()).isCloseTo(other.update().eps(), within(1e-6));
    }
  }

  @Test
  void aNetworkOfNoiseBeginsBelowPureNoiseAndDrawsTheData() {
    for (NoiseSchedule schedule : List.of(new LinearSchedule(1000), new CosineSchedule(1000))) {
      SamplingPlan plan = plan(new FlowSampler(Method.HEUN, FlowGrid.EVEN), schedule, 60);
      assertThat(plan.steps().get(0).t()).isEqualTo(999);
      assertThat(plan.steps().get(0).alphaBar())
          .isCloseTo(schedule.alphaBar(999), within(1e-12))
          .isPositive();
      assertThat(plan.initialScale()).isEqualTo(1);
      float drawn = draw(plan, new GaussianData(0.25, 0.5), Parameterization.EPS, 1.5f)[0];
      assertThat((double) drawn).isCloseTo(0.25 + 0.5 * 1.5, within(0.01));
    }
    SamplingPlan own = plan(new FlowSampler(Method.EULER, FlowGrid.EVEN), FLOW, 10);
    assertThatThrownBy(() -> draw(own, new GaussianData(0, 1), Parameterization.EPS, 1))
        .hasMessage("alphaBar: 0.0 (expected: above 0 for a network that predicts eps)");
  }

  @Test
  void aScheduleOfAFlowGivesItsNetworkTheFlowsSampleAndClock() {
    var schedule = new FlowSchedule(1000, 3);
    assertThat(schedule.alphaBar(999)).isZero();
    assertThat(schedule.alphaBar(NoiseSchedule.CLEAN)).isEqualTo(1);
    for (double t : new double[] {0, 0.5, 499, 998.25, 999}) {
      FlowLevel level = schedule.flowLevel(t);
      assertThat(schedule.time(level)).isCloseTo(t, within(1e-9));
      assertThat(schedule.networkTime(t)).isCloseTo(1000 * level.sigma(), within(1e-9));
      assertThat(schedule.inputScale(t)).isEqualTo(level.scale());
      assertThat(FlowLevel.of(level.alphaBar()).sigma()).isCloseTo(level.sigma(), within(1e-12));
    }
    double sigma = schedule.flowLevel(499).sigma(); // shifted: 3 times the σ of the exploding view
    assertThat(sigma / (1 - sigma)).isCloseTo(3, within(1e-12));
  }

  @Test
  void theShiftCountsTwiceAtTheLowEnd() {
    double[] sigmas = new FlowGrid(3).sigmas(1000, 5);
    assertThat(sigmas[0]).isEqualTo(1);
    assertThat(sigmas[4]).isCloseTo(0.00893, within(1e-5));
  }

  @Test
  void churnAddsNoiseBeforeEachStepButNotAfterTheLast() {
    var churn = new EdmSampler.Churn(10, 0.05, 50, 1.003);
    var sampler = new EdmSampler(0.002, 80, 7, true, churn);
    List<SamplingPlan.Step> steps = plan(sampler, new FlowSchedule(100_000, 1), 12).steps();
    assertThat(steps).hasSize(23);
    assertThat(steps.stream().filter(step -> !step.update().noise().isNone()).count()).isPositive();
    assertThat(steps.get(22).update().noise().isNone()).isTrue();
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new FlowGrid(0)).hasMessage("shift: 0.0 (expected: > 0 and finite)");
    assertThatThrownBy(() -> new FlowSchedule(0, 1)).hasMessage("steps: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> FlowGrid.EVEN.sigmas(1000, 0)).hasMessage("steps: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> given(1.5, 0.5))
        .hasMessage("sigmas: [1.5, 0.5] (expected: in (0, 1] and decreasing)");
    assertThatThrownBy(() -> given(0.5, 0.0))
        .hasMessage("sigmas: [0.5, 0.0] (expected: in (0, 1] and decreasing)");
    assertThatThrownBy(() -> given(0.9, 0.5).sigmas(1000, 3))
        .hasMessage("steps: 3 (expected: 2, as many as are given)");
    assertThatThrownBy(() -> new FlowGrid(2, true, 1, Form.EVEN, List.of(), false))
        .hasMessage("shift_terminal: 1.0 (expected: in [0, 1))");
    assertThatThrownBy(
            () -> new FlowGrid(2, true, 0.1, Form.EVEN, List.of(), false).sigmas(1000, 1))
        .hasMessage("steps: 1 (expected: ≥ 2, with shift_terminal)");
    assertThatThrownBy(() -> new EdmSampler(1, 0.5, 7, true, EdmSampler.Churn.NONE))
        .hasMessage("sigma_max: 0.5 (expected: above sigma_min, 1.0)");
  }

  private static FlowGrid given(Double... sigmas) {
    return new FlowGrid(1, false, 0, Form.EVEN, List.of(sigmas), false);
  }
}
