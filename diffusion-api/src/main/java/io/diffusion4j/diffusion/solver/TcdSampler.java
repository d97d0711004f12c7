package io.diffusion4j.diffusion.solver;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * Strategic stochastic sampling of trajectory consistency distillation (Zheng et al. 2024, alg. 2;
 * diffusers' {@code TCDScheduler}): each step follows the ODE to timestep s = ⌊(1−η)·t′⌋ below the
 * next timestep t′, and adds fresh noise up to t′. η = 0 is deterministic DDIM, η = 1 goes to
 * timestep 0 in each step.
 *
 * <p>For networks that were distilled for few steps, at the timesteps of {@link
 * io.diffusion4j.diffusion.schedule.TimestepSpacings#distilled}.
 *
 * @param eta η, in [0, 1]
 * @param end the end of the last step; timestep 0 in diffusers
 * @param maxSigma the largest σ that it begins at
 */
public record TcdSampler(double eta, FinalNoiseLevel end, double maxSigma)
    implements EtaSampler, FewStepSampler {
  /** The η of published pipelines. */
  public static final double PUBLISHED_ETA = 0.3;

  public TcdSampler {
    Check.share("eta", eta);
  }

  /** Creates a sampler that begins at any noise level. */
  public TcdSampler(double eta, FinalNoiseLevel end) {
    this(eta, end, Double.POSITIVE_INFINITY);
  }

  @Override
  public TcdSampler withEta(double other) {
    return new TcdSampler(other, end, maxSigma);
  }

  @Override
  public TcdSampler startingWithin(double sigma) {
    return new TcdSampler(eta, end, sigma);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    requireStart(schedule, timesteps);
    var plan = new SamplingPlan.Builder().epsSource(EpsSource.NETWORK);
    for (int i = 0; i < timesteps.size(); i++) {
      boolean last = i + 1 == timesteps.size();
      NoiseLevel next =
          last
              ? new NoiseLevel(end.level(schedule).alphaBar())
              : schedule.level(timesteps.get(i + 1));
      NoiseLevel s = last ? next : schedule.level(below(timesteps.get(i + 1)));
      plan.add(
          timesteps.get(i),
          schedule.alphaBar(timesteps.get(i)),
          Update.ZERO
              .plusX0(next.signal())
              .plusEps(next.signal() / s.signal() * s.noise())
              .plusNoise(sqrt(1 - next.alphaBar() / s.alphaBar())));
    }
    return plan.build();
  }

  /** Returns s of a next timestep, in float as in PyTorch: for η = 0.16 it is 62 below 75. */
  private int below(int next) {
    return (int) ((float) (1 - eta) * next);
  }
}
