package io.diffusion4j.diffusion.schedule;

/** How finely a table is kept. */
public enum Precision {
  /** As it is computed; what OpenAI's code does. */
  FLOAT64,
  /**
   * Each β and each ᾱ rounded to a float; what diffusers does. Near the clean end 1 − ᾱ keeps only
   * three or four digits then, so a model's own pipeline is matched closely only in its own
   * precision.
   */
  FLOAT32
}
