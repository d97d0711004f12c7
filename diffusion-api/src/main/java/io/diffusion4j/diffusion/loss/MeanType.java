package io.diffusion4j.diffusion.loss;

import io.diffusion4j.diffusion.process.Parameterization;

/**
 * The meaning of the first half of a network's output, which determines the mean of p(x_{t−1} |
 * x_t) (Ho et al. 2020, §3.2).
 */
public enum MeanType {
  /** The noise ε. */
  EPS,
  /** The clean sample x₀. */
  X0,
  /** v = √ᾱ·ε − √(1−ᾱ)·x₀ (Salimans &amp; Ho 2022). */
  V,
  /** The velocity ε − x₀ of the flow (Lipman et al. 2023). */
  VELOCITY,
  /**
   * The mean itself. It depends on both ends of a step, so it is not a {@link Parameterization} for
   * every sampler; it exists for evaluation.
   */
  PREVIOUS_X;

  /** Returns the mean type of a network that samplers use. */
  public static MeanType of(Parameterization parameterization) {
    return switch (parameterization) {
      case EPS -> EPS;
      case X0 -> X0;
      case V -> V;
      case VELOCITY -> VELOCITY;
    };
  }
}
