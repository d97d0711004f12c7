package io.diffusion4j.diffusion.solver;

import static java.lang.Math.log;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.continuous.ScoreStep;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.List;

/**
 * The reverse SDE of the schedule's variance-preserving SDE, with or without a Langevin corrector
 * before each step (Y. Song et al. 2021, algorithms 3 and 5, app. E to G). The last step ends at
 * x̂₀, without noise.
 *
 * <p>The corrector's step size uses the norms of each sample separately, while the published code
 * averages them over the batch: so a sample never depends on its batch.
 *
 * @param method the method of the reverse step
 * @param corrections the number of corrector steps at each level, at least 0
 * @param snr the corrector's ratio of the move along the score to the noise, greater than 0
 */
public record SdeSampler(Method method, int corrections, double snr) implements Sampler {
  /** The paper's ratio for the variance-preserving SDE. */
  private static final double PUBLISHED_SNR = 0.16;

  /** The method of the reverse step. */
  public enum Method {
    /** The method of Euler and Maruyama, which needs many steps. */
    EULER_MARUYAMA,
    /** The reverse of the discrete forward step, which does not diverge. */
    REVERSE_DIFFUSION
  }

  public SdeSampler {
    Check.notNegative("corrections", corrections);
    Check.positive("snr", snr);
  }

  /** Creates the sampler with the published ratio. */
  public SdeSampler(Method method, int corrections) {
    this(method, corrections, PUBLISHED_SNR);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    List<SolverLevel> levels = Grid.TIMESTEPS.levelsToClean(schedule, timesteps);
    var plan = new SamplingPlan.Builder();
    for (int i = 0; i < timesteps.size(); i++) {
      SolverLevel from = levels.get(i);
      double alpha = from.alphaBar() / levels.get(i + 1).alphaBar();
      for (int k = 0; k < corrections; k++) {
        plan.add(from, update(ScoreStep.langevin(alpha, snr, from.noise()), from).langevin());
      }
      plan.add(from, i + 1 < timesteps.size() ? update(step(alpha), from) : Update.ZERO.plusX0(1));
    }
    return plan.build();
  }

  private ScoreStep step(double alpha) {
    return switch (method) {
      case EULER_MARUYAMA -> ScoreStep.eulerMaruyama(-log(alpha) / 2, -log(alpha));
      case REVERSE_DIFFUSION -> ScoreStep.reverseDiffusion(alpha);
    };
  }

  /** The score is −ε̂/√(1−ᾱ). */
  private static Update update(ScoreStep step, SolverLevel at) {
    return Update.ZERO
        .plusX(step.fromX())
        .plusEps(-step.fromScore() / at.noise())
        .plusNoise(step.deviation());
  }
}
