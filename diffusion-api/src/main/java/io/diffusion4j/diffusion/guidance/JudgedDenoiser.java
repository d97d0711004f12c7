package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import java.util.ArrayList;
import java.util.List;

/**
 * What the two ways of guidance by a gradient have in common: it asks the network and the judge,
 * and leaves it to a rule what becomes of both answers.
 */
final class JudgedDenoiser<C, Y> {
  private final Denoiser<C> inner;
  private final ConditionGradient<Y> gradient;

  JudgedDenoiser(Denoiser<C> inner, ConditionGradient<Y> gradient) {
    this.inner = inner;
    this.gradient = gradient;
  }

  /** What becomes of an answer. */
  @FunctionalInterface
  interface Rule {
    /**
     * The guided answer.
     *
     * @param gradient s·∇ log p(y | x_t); may be kept
     */
    Prediction guide(double t, Prediction prediction, float[] gradient);
  }

  List<Prediction> predict(List<Query<GradientGuidance<C, Y>>> queries, Rule rule) {
    List<Query<C>> asked = new ArrayList<>(queries.size());
    List<Query<Y>> judged = new ArrayList<>(queries.size());
    for (Query<GradientGuidance<C, Y>> query : queries) {
      asked.add(new Query<>(query.xt(), query.t(), query.condition().condition()));
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
