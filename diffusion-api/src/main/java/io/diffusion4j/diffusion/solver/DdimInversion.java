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
 * <p>The plan starts at the clean sample, visits the timesteps from the last to the first, and ends
 * at the noise level with which the drawing begins. The time input of the network is the timestep
 * at the end of a step, and its output is interpreted at that noise level. So ε̂ is defined for
 * every {@link io.diffusion4j.diffusion.process.Parameterization}, even at the clean end, and is
 * the same for all of them (diffusers reads v at the level of the start of a step, and misses the
 * image by nearly twice as much). x̂₀, which may be clipped, is not used.
 *
 * @param drawing the sampler that draws from the noise
 */
public record DdimInversion(Sampler drawing) implements Sampler {
  /** Creates the inversion of a sampler that begins at the first timestep. */
  public DdimInversion() {
    this(new DdimSampler(0));
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    var plan = new SamplingPlan.Builder().epsSource(EpsSource.NETWORK);
    SamplingPlan.Step end = drawing.plan(schedule, timesteps).steps().get(0);
    for (int i = timesteps.size() - 1; i >= 0; i--) {
      double aBar = schedule.alphaBar(timesteps.get(i + 1));
      double aBarTo = i == 0 ? end.alphaBar() : schedule.alphaBar(timesteps.get(i));
      // DDIM's eq. 12 with x̂₀ = (x − √(1−ᾱ)·ε̂)/√ᾱ
      Update update =
          Update.ZERO
              .plusX(sqrt(aBarTo / aBar))
              .plusEps(sqrt(1 - aBarTo) - sqrt(aBarTo / aBar) * sqrt(1 - aBar));
      plan.add(i == 0 ? end.t() : timesteps.get(i), aBarTo, update);
    }
    return plan.build();
  }
}
