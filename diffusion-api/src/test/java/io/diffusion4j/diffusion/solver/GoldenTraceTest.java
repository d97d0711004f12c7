package io.diffusion4j.diffusion.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.Arrays;

/**
 * Compares every sampler with the trace of the reference implementation, step by step. The
 * tolerances are relative to the largest absolute value; the references work in float32 throughout.
 */
class GoldenTraceTest {
  @GoldenTest(GoldenKind.SAMPLER)
  void everyStepIsTheReferences(GoldenCase trace) {
    var reference = DiffusersScheduler.of(trace.json());
    GoldenTensors golden = trace.io();
    NoiseSchedule schedule = reference.schedule();
    Timesteps timesteps =
        reference.spacing().of(schedule.steps(), trace.json().get("steps").asInt());
    SamplingPlan plan = reference.sampler().plan(schedule, timesteps);
    double[] times = golden.values("timesteps");
    assertThat(plan.steps()).hasSize(times.length);
    for (int row = 0; row < golden.size("x_init", 0); row++) {
      int image = row;
      float[] start = golden.row("x_init", row);
      if (reference.varianceExploding()) {
        start = times(start, Math.sqrt(plan.steps().get(0).alphaBar()));
      }
      Trajectory trajectory =
          new Trajectory(
              plan,
              reference.parameterization(),
              reference.treatment(),
              start,
              step -> golden.row(key(step, "noise"), image));
      for (int i = 0; i < times.length; i++) {
        assertThat(plan.steps().get(i).t()).as("t at step %d", i).isEqualTo(times[i], within(1e-4));
        assertClose(trajectory.x(), golden, key(i, "model_in"), row, reference.tolerance());
        trajectory.advance(prediction(golden.row(key(i, "model_out"), row), start.length));
        double alphaBarNext = i + 1 < times.length ? plan.steps().get(i + 1).alphaBar() : 1;
        float[] x =
            reference.varianceExploding()
                ? times(trajectory.x(), 1 / Math.sqrt(alphaBarNext))
                : trajectory.x();
        assertClose(x, golden, key(i, "x"), row, reference.tolerance());
      }
      assertThat(trajectory.done()).isTrue();
    }
  }

  private static String key(int step, String what) {
    return String.format("step%02d.%s", step, what);
  }

  private static Prediction prediction(float[] output, int size) {
    return output.length == size
        ? Prediction.of(output)
        : new Prediction(
            Arrays.copyOf(output, size), Arrays.copyOfRange(output, size, output.length));
  }

  private static float[] times(float[] values, double factor) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (values[i] * factor);
    }
    return result;
  }

  private static void assertClose(
      float[] actual, GoldenTensors golden, String key, int row, double tolerance) {
    float[] expected = golden.row(key, row);
    double largest = golden.largest(key);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).as(key).isCloseTo(expected[i], within(tolerance * largest));
    }
  }
}
