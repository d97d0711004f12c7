package io.diffusion4j.diffusion.solver;

import static java.lang.Math.max;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * Multistep sampling of consistency models (Y. Song et al. 2023, alg. 1; diffusers' {@code
 * CMStochasticIterativeScheduler}): x̂₀, and fresh noise of variance σ′² − σ_min² in x/√ᾱ up to the
 * next level. The last step is x̂₀ itself.
 *
 * @param noise the factor of the noise, at least 0; 1 in the paper
 * @param end the level that counts as clean, which gives σ_min: timestep 0 for published
 *     consistency models, whose samples are not scaled there, and the clean sample, σ_min = 0, for
 *     other networks
 * @param maxSigma the largest σ that it begins at
 */
public record ConsistencySampler(double noise, FinalNoiseLevel end, double maxSigma)
    implements FewStepSampler {
  public ConsistencySampler {
    Check.notNegative("s_noise", noise);
  }

  /** Creates a sampler that begins at any noise level. */
  public ConsistencySampler(double noise, FinalNoiseLevel end) {
    this(noise, end, Double.POSITIVE_INFINITY);
  }

  @Override
  public ConsistencySampler startingWithin(double sigma) {
    return new ConsistencySampler(noise, end, sigma);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    requireStart(schedule, timesteps);
    double least = end.level(schedule).sigma();
    var plan = new SamplingPlan.Builder();
    if (end == FinalNoiseLevel.FIRST_TIMESTEP) {
      plan.initialScale(schedule.level(timesteps.get(0)).noise()); // σ_max·noise, without a signal
    }
    for (int i = 0; i < timesteps.size(); i++) {
      NoiseLevel next = schedule.level(timesteps.get(i + 1));
      double sigma = next.sigma();
      plan.add(
          timesteps.get(i),
          schedule.alphaBar(timesteps.get(i)),
          i + 1 == timesteps.size()
              ? Update.ZERO.plusX0(1)
              : Update.ZERO
                  .plusX0(next.signal())
                  .plusNoise(next.signal() * noise * sqrt(max(0, sigma * sigma - least * least))));
    }
    return plan.build();
  }
}
