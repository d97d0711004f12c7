package io.diffusion4j.diffusion.sampling;

/** A quantity of a step that an {@link Update} may read. */
public enum Quantity {
  /** The noisy sample x_t, the input of the network. */
  X,
  /** The estimate x̂₀ of the clean sample, after its {@link Thresholding}. */
  X0,
  /** The estimate ε̂ of the noise. */
  EPS
}
