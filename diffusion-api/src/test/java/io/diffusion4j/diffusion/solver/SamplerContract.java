package io.diffusion4j.diffusion.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.stage.Trajectory;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The laws of every sampler, whatever its parameters. The test of a sampler implements this
 * interface.
 */
public interface SamplerContract {
  /** The samplers to be tested. */
  Iterable<? extends Sampler> samplers();

  private static List<NoiseSchedule> schedules() {
    return List.of(new LinearSchedule(1000), new CosineSchedule(1000));
  }

  private static SamplingPlan plan(Sampler sampler, NoiseSchedule schedule, int steps) {
    // Without the timesteps of almost pure noise, where rounding errors grow by 1/√ᾱ.
    var spacing = TimestepSpacings.truncated(TimestepSpacings.UNCLIP, schedule, -5.1);
    return sampler.plan(schedule, spacing.of(schedule.steps(), steps));
  }

  @Test
  default void samplersThatKnowThePointEndThere() {
    var point = new GaussianData(0.75, 0);
    for (Sampler sampler : samplers()) {
      for (NoiseSchedule schedule : schedules()) {
        for (int steps : new int[] {1, 2, 3, 4, 5, 14, 15, 25, 900}) {
          SamplingPlan plan = plan(sampler, schedule, steps);
          NoiseSource noise = new PhiloxNoise(7, 0);
          float[] start = noise.gaussian("contract", NoiseSource.INITIAL, 16);
          for (int i = 0; i < start.length; i++) {
            start[i] *= (float) plan.initialScale();
          }
          var trajectory =
              new Trajectory(
                  plan,
                  Parameterization.X0,
                  Thresholding.NONE,
                  start,
                  step -> noise.gaussian("contract", step, start.length));
          while (!trajectory.done()) {
            double alphaBar = plan.steps().get(trajectory.step()).alphaBar();
            trajectory.advance(point.predict(trajectory.x(), alphaBar, Parameterization.X0));
          }
          for (float value : trajectory.x()) {
            assertThat((double) value)
                .as("%s, %s, %d steps", sampler, schedule, steps)
                .isCloseTo(0.75, within(1e-3));
          }
        }
      }
    }
  }

  @Test
  default void theNetworkIsAskedAtLeastOncePerTimestepAndNoisiestFirst() {
    for (Sampler sampler : samplers()) {
      for (NoiseSchedule schedule : schedules()) {
        for (int steps : new int[] {1, 2, 5, 50}) {
          List<SamplingPlan.Step> plan = plan(sampler, schedule, steps).steps();
          assertThat(plan).hasSizeGreaterThanOrEqualTo(steps);
          for (int i = 0; i < plan.size(); i++) {
            assertThat(plan.get(i).t()).isBetween(0.0, schedule.steps() - 1.0);
            if (i > 0) {
              assertThat(plan.get(i).t()).isLessThanOrEqualTo(plan.get(i - 1).t());
              assertThat(plan.get(i).alphaBar()).isGreaterThanOrEqualTo(plan.get(i - 1).alphaBar());
            }
          }
        }
      }
    }
  }

  @Test
  default void theLastStepIsDeterministic() {
    for (Sampler sampler : samplers()) {
      for (NoiseSchedule schedule : schedules()) {
        List<SamplingPlan.Step> plan = plan(sampler, schedule, 10).steps();
        assertThat(plan.get(plan.size() - 1).update().noise().isNone()).isTrue();
      }
    }
  }

  @Test
  default void theSamePlanIsMadeAgain() {
    for (Sampler sampler : samplers()) {
      for (NoiseSchedule schedule : schedules()) {
        assertThat(plan(sampler, schedule, 20)).isEqualTo(plan(sampler, schedule, 20));
      }
    }
  }
}
