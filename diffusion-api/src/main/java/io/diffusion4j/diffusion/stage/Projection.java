package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.noise.NoiseSource;

/**
 * Changes a sample on its way through a plan: the place to start somewhere else than at noise, or
 * to hold to what is known of the sample.
 *
 * <p>A {@link DiffusionStage} shows it the initial sample before the first step, and after each
 * step the sample that the step led to. What it leaves there is what the network is asked about
 * next, and what is left after the last step is the result.
 */
@FunctionalInterface
public interface Projection {
  /** Leaves every sample as it is. */
  Projection NONE = (x, at) -> {};

  /**
   * Changes a sample in place.
   *
   * @param x the sample, row-major and channels last
   * @param at where it is
   */
  void project(float[] x, At at);

  /**
   * Starts with another sample.
   *
   * @param start a sample at the noise level of the first step of the plan; not copied
   */
  static Projection startingAt(float[] start) {
    return (x, at) -> {
      if (at.step() == 0) {
        Check.length("start", start.length, x.length);
        System.arraycopy(start, 0, x, 0, x.length);
      }
    };
  }

  /**
   * A place on the way of a sample.
   *
   * @param stage the stage's name, which addresses its noise
   * @param step the step that is next, from 0; the number of steps after the last
   * @param alphaBar the ᾱ of the sample by the plan; 1 after the last step
   * @param noise the randomness of the sample
   */
  record At(String stage, int step, double alphaBar, NoiseSource noise) {}
}
