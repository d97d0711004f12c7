package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.SolverLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import java.util.ArrayList;
import java.util.List;

/**
 * Guidance by the gradient s·∇ log p(y | x_t) of a second model, the guide (Dhariwal &amp; Nichol
 * 2021; of CLIP, Nichol et al. 2021, §2.4), which shifts the mean of a step or the score.
 */
public final class GradientGuidedDenoiser<C, Y> implements Denoiser<GradientGuidance<C, Y>> {
  private final Denoiser<C> inner;
  private final ConditionGradient<Y> gradient;
  private final Rule rule;

  private GradientGuidedDenoiser(Denoiser<C> inner, ConditionGradient<Y> gradient, Rule rule) {
    this.inner = inner;
    this.gradient = gradient;
    this.rule = rule;
  }

  /** Applies s·∇ log p(y | x_t) to a prediction. The gradient array may be kept. */
  @FunctionalInterface
  private interface Rule {
    Prediction guide(double t, Prediction prediction, float[] gradient);
  }

  /**
   * Attaches the gradient to the predictions, for the step to apply as in OpenAI's code: a step
   * that draws from a posterior of variance Σ moves its mean by s·Σ·∇ log p(y | x_t) (algorithm 1);
   * any other step moves its score, after x̂₀ was clipped (algorithm 2). This works with every
   * sampler.
   */
  public static <C, Y> GradientGuidedDenoiser<C, Y> byStep(
      Denoiser<C> inner, ConditionGradient<Y> gradient) {
    return new GradientGuidedDenoiser<>(inner, gradient, (t, answer, g) -> answer.withGradient(g));
  }

  /**
   * Shifts the score in the predictions (algorithm 2) whatever the step: ε̂ − √(1−ᾱ)·s·∇ log p(y |
   * x_t), and x̂₀ and v accordingly. As always, x̂₀ is clipped afterwards, so a strong guide does
   * not drive it out of its range.
   *
   * @param schedule the noise that the network was trained with
   */
  public static <C, Y> GradientGuidedDenoiser<C, Y> byScore(
      Denoiser<C> inner, ConditionGradient<Y> gradient, NoiseSchedule schedule) {
    return new GradientGuidedDenoiser<>(
        inner,
        gradient,
        (t, answer, g) -> {
          double alphaBar = SolverLevel.at(schedule, t).alphaBar();
          double ofEps = -Math.sqrt(1 - alphaBar);
          double factor = ofEps / Conversion.of(inner.parameterization(), alphaBar).epsFromOutput();
          float[] shifted = new float[g.length];
          for (int i = 0; i < shifted.length; i++) {
            shifted[i] = (float) (answer.output()[i] + factor * g[i]);
          }
          return answer.withOutput(shifted);
        });
  }

  @Override
  public Parameterization parameterization() {
    return inner.parameterization();
  }

  @Override
  public List<Prediction> predict(List<Query<GradientGuidance<C, Y>>> queries) {
    List<Query<C>> asked = new ArrayList<>(queries.size());
    List<Query<Y>> judged = new ArrayList<>(queries.size());
    for (Query<GradientGuidance<C, Y>> query : queries) {
      asked.add(query.withCondition(query.condition().condition()));
      if (scale(query) != 0) {
        judged.add(new Query<>(query.xt(), query.t(), query.condition().target()));
      }
    }
    List<Prediction> answers = inner.predict(asked);
    List<float[]> gradients = judged.isEmpty() ? List.of() : gradient.at(judged);
    if (gradients.size() != judged.size()) {
      throw new IllegalStateException(
          "gradients: " + gradients.size() + " (expected: " + judged.size() + ")");
    }
    List<Prediction> guided = new ArrayList<>(queries.size());
    int next = 0;
    for (int i = 0; i < queries.size(); i++) {
      Query<GradientGuidance<C, Y>> query = queries.get(i);
      Prediction answer = answers.get(i);
      double scale = scale(query);
      guided.add(
          scale == 0
              ? answer
              : rule.guide(query.t(), answer, times(gradients.get(next++), scale, query)));
    }
    return guided;
  }

  private static double scale(Query<? extends GradientGuidance<?, ?>> query) {
    return query.condition().scale().at(query.t());
  }

  private static float[] times(float[] gradient, double scale, Query<?> query) {
    if (gradient.length != query.xt().length) {
      throw new IllegalStateException(
          "gradient: " + gradient.length + " values (expected: " + query.xt().length + ")");
    }
    float[] scaled = new float[gradient.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (scale * gradient[i]);
    }
    return scaled;
  }
}
