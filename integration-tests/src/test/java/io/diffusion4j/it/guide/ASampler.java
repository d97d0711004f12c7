package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.stage.Trajectory;
import java.util.List;

final class ASampler {
  /** Draws one sample: a plan is a table of numbers, with a call of the network for each row. */
  static float[] draw(Sampler sampler, Denoiser<String> network, int steps, int size, int seed) {
    var schedule = new LinearSchedule(1000);
    SamplingPlan plan = sampler.plan(schedule, TimestepSpacings.TRAILING.of(1000, steps));
    var noise = new PhiloxNoise(seed, 0);
    float[] start = noise.gaussian("guide", PhiloxNoise.INITIAL, size);
    for (int i = 0; i < size; i++) {
      start[i] *= (float) plan.initialScale();
    }
    var trajectory =
        new Trajectory(
            plan,
            network.parameterization(),
            Thresholding.NONE,
            start,
            step -> noise.gaussian("guide", step, size));
    while (!trajectory.done()) {
      trajectory.advance(network.predict(List.of(trajectory.query("no condition"))).get(0));
    }
    return trajectory.x();
  }
}
// end snippet
