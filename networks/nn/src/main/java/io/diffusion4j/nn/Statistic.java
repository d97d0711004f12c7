package io.diffusion4j.nn;

/** The statistic of a {@link Layer.Reduce}. */
public enum Statistic {
  /** Σ x. */
  SUM,
  /** The mean of x. */
  MEAN,
  /** The largest x; equal maxima share the gradient. */
  MAXIMUM,
  /** ln Σ eˣ, computed without overflow. Its gradient is the softmax. */
  LOG_SUM_EXP
}
