package io.diffusion4j.diffusion.loss;

/**
 * The loss to minimise: a squared error, the variational bound, or both (guided-diffusion's names).
 */
public enum LossType {
  /** The squared error, plus the bound where the variance is learned. */
  MSE,
  /**
   * The squared error plus λ times the whole bound with λ = 0.001 (Nichol &amp; Dhariwal 2021, eq.
   * 16), where the variance is learned. The bound is a sum over all T timesteps; one of them is
   * drawn, with the weight λ·T.
   */
  RESCALED_MSE,
  /** The term of the bound at one timestep. */
  KL,
  /**
   * T times the term at one timestep: an estimate of the whole bound without L_T, which does not
   * depend on the network.
   */
  RESCALED_KL;

  private static final double LAMBDA = 0.001;

  /**
   * Whether the squared error is minimised. The bound then trains the variance alone: its gradient
   * does not reach the mean (Nichol &amp; Dhariwal 2021, §3.1).
   */
  public boolean isSquareError() {
    return this == MSE || this == RESCALED_MSE;
  }

  /**
   * Returns the weight of a timestep's term of the bound.
   *
   * @param steps T
   */
  public double boundWeight(int steps) {
    return switch (this) {
      case MSE, KL -> 1;
      case RESCALED_MSE -> LAMBDA * steps;
      case RESCALED_KL -> steps;
    };
  }
}
