package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.sampling.PlanRow;
import java.util.Optional;

/**
 * One input of a {@link Denoiser}: a noisy sample, its time and its condition.
 *
 * @param xt the noisy sample, a row-major array in channels-last order; not modified
 * @param t the time in timesteps of the training schedule; fractional for solvers that step between
 *     the integers
 * @param condition the condition of the sample
 * @param reuse the features of earlier steps that the network may take
 * @param row the row of the plan; empty for a query of no plan
 * @param perturbation what is left out of the network; empty for nothing
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record Query<C>(
    float[] xt,
    double t,
    C condition,
    Reuse reuse,
    Optional<PlanRow> row,
    Optional<Perturbation> perturbation) {
  /** Creates a query of no plan. */
  public Query(float[] xt, double t, C condition, Reuse reuse) {
    this(xt, t, condition, reuse, Optional.empty(), Optional.empty());
  }

  /** Creates a query that reuses nothing. */
  public Query(float[] xt, double t, C condition) {
    this(xt, t, condition, Reuse.NONE);
  }

  /** Returns the same query of the same sample with another condition. */
  public <D> Query<D> withCondition(D other) {
    return new Query<>(xt, t, other, reuse, row, perturbation);
  }

  /** Returns the same query with another reuse of features. */
  public Query<C> withReuse(Reuse other) {
    return new Query<>(xt, t, condition, other, row, perturbation);
  }

  /** Returns the same query as that of a row of a plan. */
  public Query<C> withRow(PlanRow of) {
    return new Query<>(xt, t, condition, reuse, Optional.of(of), perturbation);
  }

  /** Returns the same query of a perturbed network, which reuses no features. */
  public Query<C> withPerturbation(Perturbation other) {
    return new Query<>(xt, t, condition, Reuse.NONE, row, Optional.of(other));
  }

  /** Returns whether this is the last call of a plan. */
  public boolean isLast() {
    return row.filter(PlanRow::isLast).isPresent();
  }
}
