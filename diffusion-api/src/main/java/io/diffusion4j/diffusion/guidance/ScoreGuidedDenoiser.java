package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Level;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import java.util.List;

/**
 * Guidance by shifting the score (Dhariwal &amp; Nichol 2021, algorithm 2): ε̂ − √(1−ᾱ)·s·∇ log p(y
 * | x_t), and x̂₀ and v as follows. It suits every sampler.
 *
 * <p>x̂₀ is clipped after the shift, as any answer's. (OpenAI's code clips before and shifts then.)
 */
public final class ScoreGuidedDenoiser<C, Y> implements Denoiser<GradientGuidance<C, Y>> {
  private final Denoiser<C> inner;
  private final JudgedDenoiser<C, Y> judged;
  private final NoiseSchedule schedule;

  /**
   * Guides this network.
   *
   * @param schedule the noise it was trained with
   */
  public ScoreGuidedDenoiser(
      Denoiser<C> inner, ConditionGradient<Y> gradient, NoiseSchedule schedule) {
    this.inner = inner;
    this.schedule = schedule;
    judged = new JudgedDenoiser<>(inner, gradient);
  }

  @Override
  public Parameterization parameterization() {
    return inner.parameterization();
  }

  @Override
  public List<Prediction> predict(List<Query<GradientGuidance<C, Y>>> queries) {
    return judged.predict(queries, this::shift);
  }

  private Prediction shift(double t, Prediction answer, float[] gradient) {
    double alphaBar = Level.at(schedule, t).alphaBar();
    double ofEps = -Math.sqrt(1 - alphaBar);
    double factor = ofEps / Conversion.of(inner.parameterization(), alphaBar).epsFromOutput();
    float[] shifted = new float[gradient.length];
    for (int i = 0; i < shifted.length; i++) {
      shifted[i] = (float) (answer.output()[i] + factor * gradient[i]);
    }
    return answer.withOutput(shifted);
  }
}
