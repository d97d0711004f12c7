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
 * algorithm 2). The last step, to the clean sample, is deterministic.
 *
 * @param variance the variance of the steps; the two fixed ones bound the best one (Ho et al. 2020,
 *     §3.2), and the learned ones are β̃ for a network that does not learn them
 */
public record DdpmSampler(VarianceType variance) implements Sampler {
  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    var plan = new SamplingPlan.Builder();
    for (int i = 0; i < timesteps.size(); i++) {
      double alphaBar = schedule.alphaBar(timesteps.get(i));
      Posterior posterior = Posterior.of(alphaBar, schedule.alphaBar(timesteps.get(i + 1)));
      Update update = Update.mean(posterior);
      if (i + 1 < timesteps.size()) {
        update = update.plusNoise(noise(posterior));
      }
      plan.add(timesteps.get(i), alphaBar, update);
    }
    return plan.build();
  }

  private Noise noise(Posterior posterior) {
    double small = log(posterior.variance());
    double large = log(posterior.beta());
    return switch (variance) {
      case FIXED_SMALL -> Noise.fixed(small);
      case FIXED_LARGE -> Noise.fixed(large);
      case LEARNED -> Noise.learned(small);
      case LEARNED_RANGE -> Noise.between(small, large);
    };
  }
}
