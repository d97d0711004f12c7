package io.diffusion4j.diffusion.solver;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * DDIM in reverse: from a clean sample to the noise from which {@link DdimSampler} draws it
 * (Dhariwal &amp; Nichol 2021, app. F; diffusers' {@code DDIMInverseScheduler}).
 *
 * <p>The plan starts at the clean sample and visits the timesteps from the last to the first. The
 * time input of the network is the timestep at the end of a step, and its output is interpreted at
 * that noise level. So ε̂ is defined for every {@link
 * io.diffusion4j.diffusion.process.Parameterization}, even at the clean end, and x̂₀, which may be
 * clipped, is not used.
 */
public record DdimInversion() implements Sampler {
  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    var plan = new SamplingPlan.Builder().epsSource(EpsSource.NETWORK);
    for (int i = timesteps.size() - 1; i >= 0; i--) {
      double aBar = schedule.alphaBar(timesteps.get(i + 1));
      double aBarTo = schedule.alphaBar(timesteps.get(i));
      // DDIM's eq. 12 with x̂₀ = (x − √(1−ᾱ)·ε̂)/√ᾱ
      Update update =
          Update.ZERO
              .plusX(sqrt(aBarTo / aBar))
              .plusEps(sqrt(1 - aBarTo) - sqrt(aBarTo / aBar) * sqrt(1 - aBar));
      plan.add(timesteps.get(i), aBarTo, update);
    }
    return plan.build();
  }
}
