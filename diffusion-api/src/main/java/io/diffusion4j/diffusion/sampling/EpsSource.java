package io.diffusion4j.diffusion.sampling;

/** The definition of ε̂ in an {@link Update}; the definitions differ only if x̂₀ was clipped. */
public enum EpsSource {
  /**
   * ε̂ = (x − √ᾱ·x̂₀) / √(1−ᾱ) of the treated x̂₀, so that x, x̂₀ and ε̂ stay consistent (OpenAI's
   * reference implementations).
   */
  TREATED_X0,
  /** ε̂ of the network's output before clipping (the default of diffusers). */
  NETWORK
}
