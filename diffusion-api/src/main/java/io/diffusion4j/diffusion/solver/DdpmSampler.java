package io.diffusion4j.diffusion.solver;

import static java.lang.Math.log;

import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Posterior;
import io.diffusion4j.diffusion.sampling.Noise;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * Ancestral sampling: each step draws from the posterior q(x_s | x_t, x̂₀) (Ho et al. 2020,
 * algorithm 2). The last step, to the clean sample, is deterministic by default.
 *
 * @param variance the variance of the steps; the two fixed ones bound the optimal one (Ho et al.
 *     2020, §3.2), and the learned ones are β̃ for a network that does not learn them
 * @param last whether the step to the clean sample adds noise
 */
public record DdpmSampler(VarianceType variance, Last last) implements Sampler {
  /** The replacement of β̃ = 0 in the step to the clean sample, as in diffusers. */
  private static final double MIN_VARIANCE = 1e-20;

  /** Whether the step to the clean sample adds noise. */
  public enum Last {
    /** Never, as in the paper and in OpenAI's code. */
    QUIET,
    /**
     * The last step has noise if it begins above timestep 0, as in diffusers' {@code
     * DDPMScheduler}. With trailing spacing and {@link VarianceType#FIXED_LARGE}, the finished
     * sample keeps noise of √β.
     */
    NOISY_ABOVE_ZERO
  }

  /** Adds no noise in the last step. */
  public DdpmSampler(VarianceType variance) {
    this(variance, Last.QUIET);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    var plan = new SamplingPlan.Builder();
    for (int i = 0; i < timesteps.size(); i++) {
      double alphaBar = schedule.alphaBar(timesteps.get(i));
      Posterior posterior = Posterior.of(alphaBar, schedule.alphaBar(timesteps.get(i + 1)));
      boolean isLast = i + 1 == timesteps.size();
      boolean isNoisy = !isLast || (last == Last.NOISY_ABOVE_ZERO && timesteps.get(i) > 0);
      Update update = Update.mean(posterior);
      if (isNoisy) {
        update = update.plusNoise(noise(posterior));
      }
      plan.add(
          timesteps.get(i),
          alphaBar,
          update.withShift(
              isLast
                  ? lastShift(posterior, varianceBefore(schedule, timesteps))
                  : noise(posterior)));
    }
    return plan.build();
  }

  /** Returns β̃ of the step before the last; 0 if there is none. */
  private static double varianceBefore(NoiseSchedule schedule, Timesteps timesteps) {
    if (timesteps.listed() == 1) {
      return 0;
    }
    int last = timesteps.size() - 1;
    return Posterior.of(
            schedule.alphaBar(timesteps.get(last - 1)), schedule.alphaBar(timesteps.get(last)))
        .variance();
  }

  private Noise noise(Posterior posterior) {
    double small = log(Math.max(posterior.variance(), MIN_VARIANCE));
    double large = log(posterior.beta());
    return switch (variance) {
      case FIXED_SMALL -> Noise.fixed(small);
      case FIXED_LARGE -> Noise.fixed(large);
      case LEARNED -> Noise.learned(small);
      case LEARNED_RANGE -> Noise.between(small, large);
    };
  }

  /**
   * Returns the variance by which a guide shifts the mean of the last step, whose own variance is
   * 0. As in OpenAI's code, some variance types use the variance of the step before.
   *
   * @param before β̃ of the step before; 0 if there is none
   */
  private Noise lastShift(Posterior posterior, double before) {
    double small = log(before);
    if (before == 0) {
      return Noise.NONE;
    }
    return switch (variance) {
      case FIXED_SMALL -> Noise.NONE;
      case FIXED_LARGE -> Noise.fixed(small);
      case LEARNED -> Noise.learned(small);
      case LEARNED_RANGE -> Noise.between(small, log(posterior.beta()));
    };
  }
}
