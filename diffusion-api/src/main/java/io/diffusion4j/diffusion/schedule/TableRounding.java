package io.diffusion4j.diffusion.schedule;

/** The rounding of a table. */
public enum TableRounding {
  /** Double precision, as in OpenAI's code. */
  FLOAT64 {
    @Override
    double round(double value) {
      return value;
    }
  },
  /**
   * Each β and each ᾱ rounded to a float, as in diffusers. Near the clean end 1 − ᾱ keeps only
   * three or four digits then, so a model's own pipeline is matched closely only in its own
   * precision.
   */
  FLOAT32 {
    @Override
    double round(double value) {
      return (float) value;
    }
  };

  /**
   * Rounds a value. Sums, products, quotients and roots of floats equal those of float arithmetic
   * if they are computed in double and then rounded.
   */
  abstract double round(double value);
}
