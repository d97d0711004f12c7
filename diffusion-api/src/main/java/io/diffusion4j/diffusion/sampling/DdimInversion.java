package io.diffusion4j.diffusion.sampling;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * DDIM backwards: from a clean sample to the noise that {@link DdimSampler} would have made it from
 * (Dhariwal &amp; Nichol 2021, app. F; diffusers' {@code DDIMInverseScheduler}).
 *
 * <p>The plan starts at the clean sample and visits the timesteps from the last to the first. The
 * network is told the timestep a step leads to, not the one it comes from. Use it without clipping
 * and with a network that predicts ε or v.
 */
public record DdimInversion() implements Sampler {
  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    var plan = new SamplingPlan.Builder().epsSource(EpsSource.NETWORK);
    for (int i = timesteps.size() - 1; i >= 0; i--) {
      double aBarTarget = schedule.alphaBar(timesteps.get(i));
      plan.add(
          timesteps.get(i),
          schedule.alphaBar(timesteps.get(i + 1)),
          Update.ZERO.plusX0(sqrt(aBarTarget)).plusEps(sqrt(1 - aBarTarget)));
    }
    return plan.build();
  }
}
