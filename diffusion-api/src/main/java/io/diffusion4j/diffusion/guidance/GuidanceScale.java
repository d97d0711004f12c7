package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Query;

/**
 * A guidance scale that may depend on the noise level. 1 is the plain conditional model.
 *
 * <p>The usual scales are {@link #constant}, and {@link GuidanceInterval} around it.
 */
@FunctionalInterface
public interface GuidanceScale {
  /**
   * Returns the scale at a time, at least 0 and finite.
   *
   * @param t the time in timesteps of the training schedule, as in {@link Query#t}
   */
  double at(double t);

  /** Returns the same scale at all times. */
  static GuidanceScale constant(double scale) {
    return new Constant(scale);
  }

  /** A constant scale. */
  record Constant(double scale) implements GuidanceScale {
    public Constant {
      Check.notNegative("guidanceScale", scale);
    }

    @Override
    public double at(double t) {
      return scale;
    }
  }
}
