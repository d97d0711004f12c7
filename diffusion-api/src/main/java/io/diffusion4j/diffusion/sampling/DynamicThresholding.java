package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;

/**
 * Clips each sample to a percentile s of its own absolute values and divides by s, so that strong
 * guidance does not saturate the pixels (Saharia et al. 2022, §2.3).
 *
 * @param percentile the percentile, in (0, 1]; the paper has 0.995
 * @param max the largest s, at least 1; ∞ for none. (With 1, the default of diffusers, all of this
 *     is clipping to [−1, 1].)
 */
public record DynamicThresholding(double percentile, double max) implements Thresholding {
  public DynamicThresholding {
    Check.that(percentile > 0 && percentile <= 1, "percentile", percentile, "in (0, 1]");
    Check.that(max >= 1, "max", max, "≥ 1");
  }

  @Override
  public void treat(float[] x0) {
    if (x0.length == 0) {
      return;
    }
    double s = Math.min(Math.max(quantile(x0), 1), max);
    for (int i = 0; i < x0.length; i++) {
      x0[i] = (float) (Math.max(-s, Math.min(s, x0[i])) / s);
    }
  }

  /** Returns the percentile of |x0|, linear between order statistics. */
  private double quantile(float[] x0) {
    float[] sorted = new float[x0.length];
    for (int i = 0; i < x0.length; i++) {
      sorted[i] = Math.abs(x0[i]);
    }
    Arrays.sort(sorted);
    double at = percentile * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * ((double) sorted[above] - sorted[below]);
  }
}
