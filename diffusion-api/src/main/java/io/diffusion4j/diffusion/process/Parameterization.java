package io.diffusion4j.diffusion.process;

/** The quantity that a network predicts from x_t = √ᾱ·x₀ + √(1−ᾱ)·ε. */
public enum Parameterization {
  /** The noise ε (Ho et al. 2020). */
  EPS,
  /** The clean sample x₀. */
  X0,
  /** v = √ᾱ·ε − √(1−ᾱ)·x₀ (Salimans &amp; Ho 2022). */
  V,
  /** The velocity ε − x₀ of the flow (1−σ)·x₀ + σ·ε (Lipman et al. 2023; Liu et al. 2023). */
  VELOCITY
}
