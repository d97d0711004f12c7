package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.denoiser.Reuse;
import io.diffusion4j.diffusion.guidance.GuidedPath.Needs;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Classifier-free guidance: u + scale·(c − u) of the unconditional prediction u and the conditional
 * prediction c (Ho &amp; Salimans 2022, eq. 6, with scale = 1 + w). A learned variance is the
 * conditional prediction's.
 *
 * <p>A {@link Guider} of the query may combine the two in another way, and need fewer predictions
 * in the steps in which it does not act.
 *
 * <p>All queries go to the network in one call, the unconditional ones first. At scale 1 only the
 * conditional prediction is computed, at scale 0 only the unconditional one.
 *
 * @param inner the network
 * @param weaker a smaller or earlier network of the same conditions and prediction, from which a
 *     {@link Guider} can lead away (Karras et al. 2024); empty for none
 */
public record GuidedDenoiser<C>(Denoiser<C> inner, Optional<Denoiser<C>> weaker)
    implements Denoiser<Guidance<C>> {
  private static final List<Prediction> NO_ANSWERS = List.of();

  /** Guides a network without a weaker one. */
  public GuidedDenoiser(Denoiser<C> inner) {
    this(inner, Optional.empty());
  }

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
    Weak weak = weak(queries, needs);

    List<Prediction> guided = new ArrayList<>(queries.size());
    for (int i = 0; i < queries.size(); i++) {
      Query<Guidance<C>> query = queries.get(i);
      switch (needs.get(i)) {
        case NONE ->
            guided.add(Prediction.of(query.condition().path().zero(query, parameterization())));
        case CONDITIONAL -> guided.add(alone(query, answers.get(conditional++), weak));
        case UNCONDITIONAL -> guided.add(answers.get(unconditional++));
        case BOTH ->
            guided.add(mix(query, answers.get(unconditional++), answers.get(conditional++), weak));
      }
    }
    return guided;
  }

  private static double scale(Query<? extends Guidance<?>> query) {
    return query.condition().scale().at(query.t());
  }

  /** The weaker predictions, in the order of their queries. */
  private record Weak(Iterator<Prediction> ofParts, Iterator<Prediction> ofAnother) {
    float[] next(GuidedPath path) {
      return (path.perturbation().isPresent() ? ofParts : ofAnother).next().output();
    }
  }

  /** Returns the weaker predictions for the queries that lead away from them. */
  private Weak weak(List<Query<Guidance<C>>> queries, List<Needs> needs) {
    List<Query<C>> ofParts = new ArrayList<>();
    List<Query<C>> ofAnother = new ArrayList<>();
    for (int i = 0; i < queries.size(); i++) {
      Query<Guidance<C>> query = queries.get(i);
      GuidedPath path = query.condition().path();
      if (needs.get(i) != Needs.NONE && path.needsWeaker(query)) {
        Query<C> asked = query.withCondition(query.condition().conditional());
        path.perturbation()
            .ifPresentOrElse(
                without -> ofParts.add(asked.withPerturbation(without)),
                () -> ofAnother.add(asked.withReuse(Reuse.NONE)));
      }
    }
    return new Weak(
        (ofParts.isEmpty() ? NO_ANSWERS : inner.predict(ofParts)).iterator(),
        (ofAnother.isEmpty()
                ? NO_ANSWERS
                : weaker.orElseThrow(Guider::withoutWeaker).predict(ofAnother))
            .iterator());
  }

  private Prediction alone(Query<Guidance<C>> query, Prediction conditional, Weak weak) {
    GuidedPath path = query.condition().path();
    return path.needsWeaker(query)
        ? conditional.withOutput(path.away(conditional.output(), weak.next(path)))
        : conditional;
  }

  private Prediction mix(
      Query<Guidance<C>> query, Prediction unconditional, Prediction conditional, Weak weak) {
    GuidedPath path = query.condition().path();
    float[] u = unconditional.output();
    float[] c = conditional.output();
    float[] p = path.needsWeaker(query) ? weak.next(path) : c;
    return conditional.withOutput(path.combine(query, parameterization(), u, c, p, scale(query)));
  }
}
