package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.Check;

/**
 * Clips x̂₀ to [−range, range], each value separately (static thresholding, Saharia et al. 2022,
 * §2.3).
 *
 * @param range greater than 0; 1 for pixels, ∞ to leave x̂₀ as it is
 */
public record Clipping(double range) implements Thresholding {
  public Clipping {
    Check.that(range > 0, "range", range, "> 0");
  }

  @Override
  public void treat(float[] x0) {
    float limit = (float) range;
    for (int i = 0; i < x0.length; i++) {
      x0[i] = Math.max(-limit, Math.min(limit, x0[i]));
    }
  }
}
