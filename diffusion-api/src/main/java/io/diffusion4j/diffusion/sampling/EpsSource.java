package io.diffusion4j.diffusion.sampling;

/** Which ε̂ an {@link Update} means once x̂₀ has been clipped. They differ only then. */
public enum EpsSource {
  /**
   * ε̂ = (x − √ᾱ·x̂₀) / √(1−ᾱ) of the treated x̂₀, so that x, x̂₀ and ε̂ stay consistent (OpenAI's
   * reference implementations).
   */
  TREATED_X0,
  /** ε̂ as the network gave it (the default of diffusers). */
  NETWORK
}
