package io.diffusion4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.Parameterization;
import io.diffusion4j.diffusion.Prediction;
import io.diffusion4j.diffusion.sampling.Samplers;
import io.diffusion4j.diffusion.sampling.Trajectory;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.UnclipSpacing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loops written by hand do what the trajectories do; else they would be no yardstick. */
class FusedStepTest {
  private static final float[] START = {0.3f, -1.2f, 0.8f, 2.1f};
  private static final float[] OUTPUT = {0.1f, -0.7f, 1.4f, 0.2f};
  private static final float[] VARIANCE = {-0.9f, 0, 0.5f, 0.9f};
  private static final float[] NOISE = {1.1f, -0.4f, 0.2f, -1.7f};

  @ParameterizedTest
  @ValueSource(strings = {"ddim", "dpmpp-2m", "ddpm"})
  void aLoopByHandMakesTheTrajectorysSteps(String sampler) {
    var plan =
        Samplers.standard()
            .named(sampler)
            .plan(new CosineSchedule(1000), new UnclipSpacing().of(1000, 10));
    var trajectory =
        new Trajectory(
            plan, Parameterization.EPS, X0Treatment.clip(1), START, step -> NOISE.clone());
    var prediction = new Prediction(OUTPUT, VARIANCE);
    float[] x = START;
    float[] past = new float[START.length];
    for (int i = 0; i < plan.steps().size() - 1; i++) {
      var step = FusedStep.of(plan.steps().get(i));
      x =
          switch (sampler) {
            case "ddpm" -> step.ancestral(x, OUTPUT, VARIANCE, NOISE);
            case "dpmpp-2m" -> step.twoStep(x, OUTPUT, past);
            default -> step.singleStep(x, OUTPUT);
          };
      trajectory.advance(prediction);
      for (int j = 0; j < x.length; j++) {
        assertThat(x[j]).isCloseTo(trajectory.x()[j], within(1e-4f));
      }
    }
  }

  @Test
  void clippedSamplesStayInRange() {
    var plan =
        Samplers.standard()
            .named("ddim")
            .plan(new CosineSchedule(1000), new UnclipSpacing().of(1000, 10));
    var last = FusedStep.of(plan.steps().get(9));
    for (float value : last.singleStep(START, OUTPUT)) {
      assertThat(value).isBetween(-1.001f, 1.001f);
    }
  }
}
