package io.diffusion4j.nn;

/** What {@link Layer.Reduce} makes of many numbers. */
public enum Statistic {
  /** Σ x. */
  SUM,
  /** The mean of x. */
  MEAN,
  /** The largest x; those that are equally large share its gradient. */
  MAXIMUM,
  /** ln Σ eˣ, computed without overflow. Its gradient is the softmax. */
  LOG_SUM_EXP
}
