package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.ArrayList;
import java.util.List;

/**
 * Classifier-free guidance: u + scale·(c − u) of the unconditional prediction u and the conditional
 * prediction c (Ho &amp; Salimans 2022, eq. 6, with scale = 1 + w). A learned variance is the
 * conditional prediction's.
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
    List<Query<C>> asked = new ArrayList<>(2 * queries.size());
    for (Query<Guidance<C>> query : queries) {
      if (scale(query) != 1) {
        asked.add(
            query
                .withCondition(query.condition().unconditional())
                .withReuse(query.reuse().unconditional()));
      }
    }
    int conditional = asked.size();
    int unconditional = 0;
    for (Query<Guidance<C>> query : queries) {
      if (scale(query) != 0) {
        asked.add(query.withCondition(query.condition().conditional()));
      }
    }
    List<Prediction> answers = asked.isEmpty() ? List.of() : inner.predict(asked);

    List<Prediction> guided = new ArrayList<>(queries.size());
    for (Query<Guidance<C>> query : queries) {
      double scale = scale(query);
      if (scale == 1) {
        guided.add(answers.get(conditional++));
      } else if (scale == 0) {
        guided.add(answers.get(unconditional++));
      } else {
        guided.add(mix(answers.get(unconditional++), answers.get(conditional++), scale));
      }
    }
    return guided;
  }

  private static double scale(Query<? extends Guidance<?>> query) {
    return query.condition().scale().at(query.t());
  }

  private static Prediction mix(Prediction unconditional, Prediction conditional, double scale) {
    float[] u = unconditional.output();
    float[] c = conditional.output();
    float[] mixed = new float[u.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = (float) (u[i] + scale * ((double) c[i] - u[i]));
    }
    return conditional.withOutput(mixed);
  }
}
