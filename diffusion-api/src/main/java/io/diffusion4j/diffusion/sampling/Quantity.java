package io.diffusion4j.diffusion.sampling;

/** What an {@link Update} may read of a step. */
public enum Quantity {
  /** The noisy sample x_t the network was asked about. */
  X,
  /** The estimate x̂₀ of the clean sample, after its {@link X0Treatment}. */
  X0,
  /** The estimate ε̂ of the noise. */
  EPS
}
