package io.diffusion4j.diffusion.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.diffusion4j.diffusion.denoiser.ConsistencyDenoiser;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.schedule.ConsistencySchedule;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.NoiseScheduleContract;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.List;
import org.junit.jupiter.api.Test;

class FewStepSamplersTest implements SamplerContract, NoiseScheduleContract {
  private static final double TOLERANCE = 2e-5;

  @Override
  public List<FewStepSampler> samplers() {
    return List.of(
        new LcmSampler(),
        new ConsistencySampler(1, FinalNoiseLevel.CLEAN),
        new TcdSampler(0, FinalNoiseLevel.CLEAN),
        new TcdSampler(0.3, FinalNoiseLevel.CLEAN),
        new TcdSampler(1, FinalNoiseLevel.CLEAN));
  }

  @Override
  public List<NoiseSchedule> schedules() {
    return List.of(ConsistencySchedule.published(), new ConsistencySchedule(6, 0.01, 50, 3, 1));
  }

  /** Any sampler may ask a consistency model between its levels, and σ is that of the time. */
  @Test
  void betweenTimestepsTheLawIsTheSchedules() {
    var schedule = ConsistencySchedule.published();
    for (String name : List.of("euler", "euler-karras", "heun-karras", "edm", "flow-euler")) {
      var plan =
          Samplers.standard()
              .named(name)
              .plan(schedule, TimestepSpacings.LINSPACE.of(schedule.steps(), 7));
      for (var step : plan.steps()) {
        double sigma = Math.sqrt((1 - step.alphaBar()) / step.alphaBar());
        assertThat(schedule.sigma(step.t())).as(name).isCloseTo(sigma, withinPercentage(1e-6));
      }
    }
  }

  @GoldenTest(GoldenKind.FEW_STEP_SAMPLER)
  void everyStepIsTheReferences(GoldenCase trace) {
    var reference = DiffusersScheduler.of(trace.json());
    GoldenTensors golden = trace.io();
    NoiseSchedule schedule = reference.schedule();
    double[] times = golden.values("timesteps");
    Timesteps timesteps = reference.spacing().of(schedule.steps(), times.length);
    SamplingPlan plan = reference.sampler().plan(schedule, timesteps);
    assertThat(plan.steps()).hasSize(times.length);
    for (int row = 0; row < golden.size("in.noise", 0); row++) {
      int own = row;
      float[] start = times(golden.row("in.noise", row), plan.initialScale());
      var trajectory =
          new Trajectory(
              plan,
              reference.parameterization(),
              reference.treatment(),
              start,
              step -> golden.row(key(step, "noise"), own));
      for (int i = 0; i < times.length; i++) {
        double scale = reference.varianceExploding() ? 1 / Math.sqrt(alphaBar(plan, i)) : 1;
        assertClose(times(trajectory.x(), scale), golden, key(i, "model_in"), row);
        trajectory.advance(prediction(schedule, trajectory, golden, i, row, times[i]));
        double next = reference.varianceExploding() ? 1 / Math.sqrt(alphaBar(plan, i + 1)) : 1;
        assertClose(times(trajectory.x(), next), golden, key(i, "x"), row);
      }
      assertThat(trajectory.done()).isTrue();
      assertClose(trajectory.x(), golden, "out", row);
    }
  }

  private static double alphaBar(SamplingPlan plan, int step) {
    return plan.alphaBarBefore(step);
  }

  private static Prediction prediction(
      NoiseSchedule schedule,
      Trajectory trajectory,
      GoldenTensors golden,
      int step,
      int row,
      double time) {
    float[] answer = golden.row(key(step, "model_out"), row);
    Query<String> query = trajectory.query("");
    if (!(schedule instanceof ConsistencySchedule levels)) {
      assertThat(query.t()).isEqualTo(time);
      return Prediction.of(answer);
    }
    Denoiser<String> network =
        new Denoiser<>() {
          @Override
          public Parameterization parameterization() {
            return Parameterization.X0;
          }

          @Override
          public List<Prediction> predict(List<Query<String>> queries) {
            double t = queries.get(0).t();
            assertThat(levels.networkTime(t)).isEqualTo(time, within(1e-3));
            float[] scaled = times(queries.get(0).xt(), levels.inputScale(t));
            assertClose(scaled, golden, key(step, "network_in"), row);
            return List.of(Prediction.of(answer));
          }
        };
    return new ConsistencyDenoiser<>(network, levels).predict(List.of(query)).get(0);
  }

  private static String key(int step, String what) {
    return String.format("step%02d.%s", step, what);
  }

  private static float[] times(float[] values, double factor) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (values[i] * factor);
    }
    return result;
  }

  private static void assertClose(float[] actual, GoldenTensors golden, String key, int row) {
    float[] expected = golden.row(key, row);
    double largest = golden.largest(key);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).as(key).isCloseTo(expected[i], within(TOLERANCE * largest));
    }
  }

  @Test
  void aPredictedNoiseCannotBeginAtTheEndOfTheCosineSchedule() {
    Timesteps one = TimestepSpacings.TRAILING.of(1000, 1);
    for (FewStepSampler sampler : samplers()) {
      FewStepSampler ofEps = sampler.startingWithin(FewStepSampler.MAX_SIGMA_OF_EPS);
      assertThatThrownBy(() -> ofEps.plan(new CosineSchedule(1000), one))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "timesteps: 999 first, at σ 20291 (expected: a start at σ ≤ 1000: ");
      assertThat(sampler.plan(new CosineSchedule(1000), one).steps()).hasSize(1);
      assertThat(ofEps.plan(new LinearSchedule(1000), one).steps()).hasSize(1);
    }
  }

  @Test
  void withoutNoiseTcdIsDdim() {
    Timesteps timesteps = TimestepSpacings.TRAILING.of(1000, 5);
    var schedule = new LinearSchedule(1000);
    var ddim =
        new DdimSampler(0, EpsSource.NETWORK, DdimSampler.Stride.LISTED, FinalNoiseLevel.CLEAN);
    var tcd = new TcdSampler(0, FinalNoiseLevel.CLEAN).plan(schedule, timesteps);
    for (int i = 0; i < 5; i++) {
      var one = tcd.steps().get(i).update();
      var other = ddim.plan(schedule, timesteps).steps().get(i).update();
      assertThat(one.x0()).isCloseTo(other.x0(), within(1e-12));
      assertThat(one.eps()).isCloseTo(other.eps(), within(1e-12));
      assertThat(one.noise().isNone()).isTrue();
    }
  }

  @Test
  void consistencyIsLcmWithoutItsSkip() {
    Timesteps timesteps = TimestepSpacings.TRAILING.of(1000, 4);
    var schedule = new LinearSchedule(1000);
    var plan = new ConsistencySampler(1, FinalNoiseLevel.CLEAN).plan(schedule, timesteps);
    var lcm = new LcmSampler(1e6).plan(schedule, timesteps);
    for (int i = 0; i < 4; i++) {
      assertThat(plan.steps().get(i).update().x0())
          .isCloseTo(lcm.steps().get(i).update().x0(), within(1e-9));
      assertThat(plan.steps().get(i).update().noise().sigma())
          .isCloseTo(lcm.steps().get(i).update().noise().sigma(), within(1e-9));
    }
  }

  @Test
  void aStudentOfDdimTakesAnyNumberOfTrailingSteps() {
    for (int n : new int[] {1, 2, 3, 7}) {
      var plan =
          new DdimSampler(0).plan(new CosineSchedule(1000), TimestepSpacings.TRAILING.of(1000, n));
      assertThat(plan.steps()).hasSize(n);
      assertThat(plan.steps().get(0).t()).isEqualTo(999);
      assertThat(plan.steps().get(n - 1).update().x0()).isEqualTo(1);
    }
  }
}
