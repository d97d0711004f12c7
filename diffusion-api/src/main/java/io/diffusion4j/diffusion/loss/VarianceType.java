package io.diffusion4j.diffusion.loss;

/** The variance of p(x_{t−1} | x_t). */
public enum VarianceType {
  /**
   * β̃, the posterior's (Ho et al. 2020, eq. 7). At t = 0, where β̃ is 0, the variance is the one
   * at t = 1.
   */
  FIXED_SMALL,
  /** β; at t = 0 the posterior's of t = 1, as in {@link #FIXED_SMALL}. */
  FIXED_LARGE,
  /** The network predicts the logarithm of the variance. */
  LEARNED,
  /**
   * The network predicts an interpolation between β̃ and β (Nichol &amp; Dhariwal 2021, eq. 15).
   */
  LEARNED_RANGE;

  /** Whether the second half of the network's output is for the variance. */
  public boolean isLearned() {
    return this == LEARNED || this == LEARNED_RANGE;
  }
}
