package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.GuidedPath.Needs;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.ArrayList;
import java.util.List;

/**
 * Classifier-free guidance: u + scale·(c − u) of the unconditional prediction u and the conditional
 * prediction c (Ho &amp; Salimans 2022, eq. 6, with scale = 1 + w). A learned variance is the
 * conditional prediction's.
 *
 * <p>A {@link Guider} of the query may combine the two in another way, and asks for fewer
 * predictions in the steps in which it does not act.
 *
 * <p>All queries go to the network in one call, the unconditional ones first. At scale 1 only the
 * conditional prediction is computed, at scale 0 only the unconditional one.
 */
public record GuidedDenoiser<C>(Denoiser<C> inner) implements Denoiser<Guidance<C>> {
  @Override
  public Parameterization parameterization() {
    return inner.parameterization();
  }

  @Override
  public List<Prediction> predict(List<Query<Guidance<C>>> queries) {
    List<Needs> needs = new ArrayList<>(queries.size());
    List<Query<C>> asked = new ArrayList<>(2 * queries.size());
    for (Query<Guidance<C>> query : queries) {
      var need = query.condition().path().needs(query, scale(query));
      needs.add(need);
      if (need == Needs.UNCONDITIONAL || need == Needs.BOTH) {
        asked.add(
            query
                .withCondition(query.condition().unconditional())
                .withReuse(query.reuse().unconditional()));
      }
    }
    int conditional = asked.size();
    int unconditional = 0;
    for (int i = 0; i < queries.size(); i++) {
      if (needs.get(i) == Needs.CONDITIONAL || needs.get(i) == Needs.BOTH) {
        asked.add(queries.get(i).withCondition(queries.get(i).condition().conditional()));
      }
    }
    List<Prediction> answers = asked.isEmpty() ? List.of() : inner.predict(asked);

    List<Prediction> guided = new ArrayList<>(queries.size());
    for (int i = 0; i < queries.size(); i++) {
      Query<Guidance<C>> query = queries.get(i);
      switch (needs.get(i)) {
        case NONE ->
            guided.add(Prediction.of(query.condition().path().zero(query, parameterization())));
        case CONDITIONAL -> guided.add(answers.get(conditional++));
        case UNCONDITIONAL -> guided.add(answers.get(unconditional++));
        case BOTH ->
            guided.add(mix(query, answers.get(unconditional++), answers.get(conditional++)));
      }
    }
    return guided;
  }

  private static double scale(Query<? extends Guidance<?>> query) {
    return query.condition().scale().at(query.t());
  }

  private Prediction mix(
      Query<Guidance<C>> query, Prediction unconditional, Prediction conditional) {
    float[] u = unconditional.output();
    float[] c = conditional.output();
    return conditional.withOutput(
        query.condition().path().combine(query, parameterization(), u, c, scale(query)));
  }
}
