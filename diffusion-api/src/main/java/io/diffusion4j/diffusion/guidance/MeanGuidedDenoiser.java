package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.List;

/**
 * Guidance by shifting the mean (Dhariwal &amp; Nichol 2021, algorithm 1; of CLIP, Nichol et al.
 * 2021, §2.4): a step with noise of variance Σ has its mean moved by s·Σ·∇ log p(y | x_t).
 *
 * <p>The answers carry the gradient, and the step, which alone knows Σ, uses it. Steps without
 * noise are not guided; for deterministic samplers there is {@link ScoreGuidedDenoiser}.
 */
public final class MeanGuidedDenoiser<C, Y> implements Denoiser<GradientGuidance<C, Y>> {
  private final Denoiser<C> inner;
  private final JudgedDenoiser<C, Y> judged;

  /** Guides this network. */
  public MeanGuidedDenoiser(Denoiser<C> inner, ConditionGradient<Y> gradient) {
    this.inner = inner;
    judged = new JudgedDenoiser<>(inner, gradient);
  }

  @Override
  public Parameterization parameterization() {
    return inner.parameterization();
  }

  @Override
  public List<Prediction> predict(List<Query<GradientGuidance<C, Y>>> queries) {
    return judged.predict(queries, (t, answer, gradient) -> answer.withGradient(gradient));
  }
}
