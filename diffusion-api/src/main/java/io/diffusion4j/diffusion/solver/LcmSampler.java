package io.diffusion4j.diffusion.solver;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * Multistep sampling of a latent consistency model (Luo et al. 2023, algorithm 3; diffusers' {@code
 * LCMScheduler}): each step estimates the clean sample by the consistency function f = c_skip·x +
 * c_out·x̂₀ and adds fresh noise up to the next timestep. The last step is f itself.
 *
 * <p>With τ = scaling·t and σ = ½, c_skip = σ²/(τ² + σ²) and c_out = τ/√(τ² + σ²) (Y. Song et al.
 * 2023, app. C). At timestep 0, which no distilled network is trained on, f would be x; x̂₀ is
 * taken there.
 *
 * <p>For networks that were distilled for few steps, at the timesteps of {@link
 * io.diffusion4j.diffusion.schedule.TimestepSpacings#distilled}.
 *
 * @param scaling the factor of the timestep in c_skip and c_out, greater than 0
 * @param maxSigma the largest σ that it begins at
 */
public record LcmSampler(double scaling, double maxSigma) implements FewStepSampler {
  /** The scaling of published models. */
  public static final double PUBLISHED_SCALING = 10;

  private static final double VARIANCE = 0.25; // σ²

  public LcmSampler {
    Check.positive("timestep_scaling", scaling);
  }

  /** Creates a sampler that begins at any noise level. */
  public LcmSampler(double scaling) {
    this(scaling, Double.POSITIVE_INFINITY);
  }

  /** Creates the sampler with the published scaling. */
  public LcmSampler() {
    this(PUBLISHED_SCALING);
  }

  @Override
  public LcmSampler startingWithin(double sigma) {
    return new LcmSampler(scaling, sigma);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    requireStart(schedule, timesteps);
    var plan = new SamplingPlan.Builder();
    for (int i = 0; i < timesteps.size(); i++) {
      int t = timesteps.get(i);
      double tau = scaling * t;
      double sum = tau * tau + VARIANCE;
      NoiseLevel next = schedule.level(timesteps.get(i + 1));
      Update update =
          t == 0
              ? Update.ZERO.plusX0(next.signal())
              : Update.ZERO
                  .plusX(next.signal() * VARIANCE / sum)
                  .plusX0(next.signal() * tau / sqrt(sum));
      plan.add(
          t,
          schedule.alphaBar(t),
          i + 1 < timesteps.size() ? update.plusNoise(next.noise()) : update);
    }
    return plan.build();
  }
}
