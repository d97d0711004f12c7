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
 * Denoising diffusion implicit models (Song et al. 2021).
 *
 * @param eta 0 is deterministic; 1 is the DDPM posterior
 * @param epsSource which ε̂ points to x_t once x̂₀ has been clipped
 * @param stride where a step leads
 * @param end where a step leads that would go below timestep 0
 */
public record DdimSampler(double eta, EpsSource epsSource, Stride stride, End end)
    implements EtaSampler {
  /** Where a step from timestep t leads. */
  public enum Stride {
    /** To the next timestep of the list, as the paper and OpenAI have it. */
    LISTED,
    /**
     * To t − ⌊T/n⌋, whatever the list contains: diffusers' {@code DDIMScheduler}. With trailing or
     * linspace spacing, where T/n is not whole, that is not the next timestep, and the last step
     * may lead to timestep 0 instead of the {@link #end}.
     */
    WHOLE
  }

  public DdimSampler {
    Check.share("eta", eta);
  }

  /** From one listed timestep to the next, the clean sample after the last. */
  public DdimSampler(double eta, EpsSource epsSource) {
    this(eta, epsSource, Stride.LISTED, End.CLEAN);
  }

  /** With ε̂ re-derived from the treated x̂₀, as OpenAI does. */
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
            case WHOLE -> timesteps.get(i) - schedule.steps() / timesteps.size();
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
