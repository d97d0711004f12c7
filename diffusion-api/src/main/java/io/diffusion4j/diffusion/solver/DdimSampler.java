package io.diffusion4j.diffusion.solver;

import static java.lang.Math.max;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * Denoising diffusion implicit models (J. Song et al. 2021).
 *
 * @param eta 0 is deterministic; 1 is the DDPM posterior
 * @param epsSource the definition of ε̂ if x̂₀ was clipped
 * @param stride the target of a step
 * @param end the target of a step that would go below timestep 0
 */
public record DdimSampler(double eta, EpsSource epsSource, Stride stride, FinalNoiseLevel end)
    implements EtaSampler {
  /** The target of a step from timestep t. */
  public enum Stride {
    /** The next timestep of the list, as in the paper and in OpenAI's code. */
    LISTED,
    /**
     * Each step leads to t − ⌊T/n⌋, whatever the list contains, as in diffusers' {@code
     * DDIMScheduler}; n is the length of the whole list. With trailing or linspace spacing, where
     * T/n is not whole, t − ⌊T/n⌋ is not the next timestep, and the last step may lead to timestep
     * 0 instead of the {@link #end}.
     */
    WHOLE
  }

  public DdimSampler {
    Check.share("eta", eta);
  }

  /**
   * Creates a sampler in which each step leads to the next listed timestep, and the last one to the
   * clean sample.
   */
  public DdimSampler(double eta, EpsSource epsSource) {
    this(eta, epsSource, Stride.LISTED, FinalNoiseLevel.CLEAN);
  }

  /** Recomputes ε̂ from the treated x̂₀, as in OpenAI's code. */
  public DdimSampler(double eta) {
    this(eta, EpsSource.TREATED_X0);
  }

  @Override
  public DdimSampler withEta(double other) {
    return new DdimSampler(other, epsSource, stride, end);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    var plan = new SamplingPlan.Builder().epsSource(epsSource);
    for (int i = 0; i < timesteps.size(); i++) {
      double aBar = schedule.alphaBar(timesteps.get(i));
      int next =
          switch (stride) {
            case LISTED -> timesteps.get(i + 1);
            case WHOLE -> timesteps.get(i) - schedule.steps() / timesteps.listed();
          };
      double aBarNext = next < 0 ? end.level(schedule).alphaBar() : schedule.alphaBar(next);
      double sigma = eta * sqrt((1 - aBarNext) / (1 - aBar)) * sqrt(1 - aBar / aBarNext); // eq. 16
      Update update = // eq. 12
          Update.ZERO
              .plusX0(sqrt(aBarNext))
              .plusEps(sqrt(max(0, 1 - aBarNext - sigma * sigma))) // rounding may go below 0
              .plusNoise(sigma);
      plan.add(timesteps.get(i), aBar, update);
    }
    return plan.build();
  }
}
