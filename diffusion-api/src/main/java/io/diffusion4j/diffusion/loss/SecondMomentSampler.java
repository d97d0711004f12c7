package io.diffusion4j.diffusion.loss;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Timesteps drawn where the loss is large: p_t ∝ √E[L_t²], from the last ten losses of each
 * timestep (Nichol &amp; Dhariwal 2021, eq. 18). Draws are uniform until every timestep has ten
 * losses. Later, one draw in a thousand is uniform, so that no timestep is forgotten.
 *
 * <p>Immutable: {@link #after} returns a sampler with more observations. {@link #losses} and {@link
 * #counts} are its whole state, and are small.
 */
public final class SecondMomentSampler implements TimestepSampler {
  /** The number of stored losses of each timestep. */
  public static final int HISTORY = 10;

  private static final double UNIFORM = 0.001;

  /** {@code [T, 10]}, oldest first. */
  private final float[] losses;

  private final int[] counts;

  /** Σ p up to and including t; empty while draws are uniform. */
  private final double[] cumulative;

  /**
   * Creates a sampler without observations.
   *
   * @param steps T, at least 1
   */
  public SecondMomentSampler(int steps) {
    this(new float[checked(steps) * HISTORY], new int[steps]);
  }

  private SecondMomentSampler(float[] losses, int[] counts) {
    this.losses = losses;
    this.counts = counts;
    this.cumulative =
        Arrays.stream(counts).allMatch(n -> n == HISTORY) ? cumulate() : new double[0];
  }

  private static int checked(int steps) {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    return steps;
  }

  /**
   * Restores a sampler from the state of another.
   *
   * @param losses the other's {@link #losses()}
   * @param counts the other's {@link #counts()}
   */
  public static SecondMomentSampler of(float[] losses, int[] counts) {
    checked(counts.length);
    Check.that(
        losses.length == counts.length * HISTORY,
        "losses",
        losses.length + " values",
        "%s for each of %s timesteps",
        HISTORY,
        counts.length);
    for (int count : counts) {
      Check.between("counts", count, 0, HISTORY);
    }
    return new SecondMomentSampler(losses.clone(), counts.clone());
  }

  private double[] cumulate() {
    int steps = counts.length;
    double[] roots = new double[steps];
    double total = 0;
    for (int t = 0; t < steps; t++) {
      double squares = 0;
      for (int i = 0; i < HISTORY; i++) {
        double loss = losses[t * HISTORY + i];
        squares += loss * loss;
      }
      roots[t] = Math.sqrt(squares / HISTORY);
      total += roots[t];
    }
    double[] sums = new double[steps];
    double sum = 0;
    for (int t = 0; t < steps; t++) {
      // If all losses were 0, no timestep deserves more than another.
      double share = total > 0 ? roots[t] / total : 1.0 / steps;
      sum += (1 - UNIFORM) * share + UNIFORM / steps;
      sums[t] = sum;
    }
    return sums;
  }

  /** Returns T. */
  public int steps() {
    return counts.length;
  }

  /** Computes p_t. */
  public double probability(int t) {
    if (cumulative.length == 0) {
      return 1.0 / steps();
    }
    return t == 0 ? cumulative[0] : cumulative[t] - cumulative[t - 1];
  }

  @Override
  public Drawn draw(SplittableRandom random) {
    if (cumulative.length == 0) {
      return TimestepSampler.uniform(steps()).draw(random);
    }
    double u = random.nextDouble() * cumulative[steps() - 1];
    int found = Arrays.binarySearch(cumulative, u);
    // The first t with u < cumulative[t]: sums are strictly increasing.
    int t = found >= 0 ? found + 1 : -found - 1;
    return new Drawn(t, 1 / (steps() * probability(t)));
  }

  /**
   * Returns a sampler that has also observed these losses, one after the other; if a timestep has
   * ten already, its oldest loss is dropped.
   *
   * @param timesteps the timesteps of the losses
   * @param newLosses not weighted by {@link TimestepSampler.Drawn#weight}; finite
   */
  public SecondMomentSampler after(int[] timesteps, float[] newLosses) {
    Check.that(
        timesteps.length == newLosses.length, "losses", newLosses.length, "%s", timesteps.length);
    float[] changed = losses.clone();
    int[] seen = counts.clone();
    for (int i = 0; i < timesteps.length; i++) {
      int t = timesteps[i];
      Check.that(t >= 0 && t < steps(), "t", t, "in [0, %s)", steps());
      Check.that(Float.isFinite(newLosses[i]), "loss", newLosses[i], "finite");
      int start = t * HISTORY;
      if (seen[t] == HISTORY) {
        System.arraycopy(changed, start + 1, changed, start, HISTORY - 1);
        seen[t]--;
      }
      changed[start + seen[t]] = newLosses[i];
      seen[t]++;
    }
    return new SecondMomentSampler(changed, seen);
  }

  /** Returns the losses that are kept, {@code [T, 10]} with the oldest first; a copy. */
  public float[] losses() {
    return losses.clone();
  }

  /** Returns the number of losses of each timestep, {@code [T]}; a copy. */
  public int[] counts() {
    return counts.clone();
  }
}
