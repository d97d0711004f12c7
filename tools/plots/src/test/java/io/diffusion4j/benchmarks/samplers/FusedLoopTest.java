package io.diffusion4j.benchmarks.samplers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Trajectory;
import java.util.SortedSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loops written by hand do what the trajectories do; else they would be no yardstick. */
class FusedLoopTest {
  private static final int SIZE = 50;

  static SortedSet<String> samplers() {
    return Samplers.standard().names();
  }

  private static float[] gaussian(String what, int step) {
    return new PhiloxNoise(1, 0).gaussian(what, step, SIZE);
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void aLoopByHandMakesTheTrajectorysSteps(String sampler) {
    SamplingPlan plan =
        Samplers.standard()
            .named(sampler)
            .plan(new LinearSchedule(1000), TimestepSpacings.UNCLIP.of(1000, 12));
    float[] start = gaussian("start", 0);
    var trajectory =
        new Trajectory(
            plan,
            Parameterization.EPS,
            Thresholding.clip(1),
            start,
            step -> gaussian("noise", step));
    var loop = new FusedLoop(plan, start);
    while (!trajectory.done()) {
      int step = trajectory.step();
      float[] variance = gaussian("variance", step);
      for (int i = 0; i < SIZE; i++) {
        variance[i] = (float) Math.tanh(variance[i]);
      }
      var prediction = new Prediction(gaussian("output", step), variance);
      trajectory.advance(prediction);
      loop.advance(prediction, gaussian("noise", step));
      for (int i = 0; i < SIZE; i++) {
        assertThat(loop.x()[i])
            .as("step %d", step)
            .isCloseTo(trajectory.x()[i], within(1e-3f * Math.max(1, Math.abs(loop.x()[i]))));
      }
    }
    assertThat(loop.done()).isTrue();
  }
}
