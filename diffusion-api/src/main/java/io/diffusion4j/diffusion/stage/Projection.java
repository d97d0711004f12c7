package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Changes a sample between the steps of a plan, for example to start from an image, or to put known
 * pixels back.
 *
 * <p>A {@link DiffusionStage} calls it with the initial sample before the first step, and with the
 * new sample after each step. The changed sample is the next input of the network, and after the
 * last step the result.
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
   * Returns the known pixels, for networks with an input for them; empty if there are none.
   *
   * @param size the number of values of a sample
   */
  default Optional<Known> known(int size) {
    return Optional.empty();
  }

  /**
   * The known pixels of an image.
   *
   * @param pixels {@code [H, W, 3]}; unknown pixels are ignored
   * @param mask {@code [H, W]}: 1 where a pixel is known, 0 where it is not
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Known(float[] pixels, float[] mask) {}

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
   * Starts with a sample noised as much as the plan's first step expects.
   *
   * @param x0 the clean sample, of the number of values that a sample has; not modified
   */
  static Projection noising(IntFunction<float[]> x0) {
    return (x, at) -> {
      if (at.step() == 0) {
        var level = new NoiseLevel(at.alphaBar());
        float[] clean = x0.apply(x.length);
        float[] eps = at.noise().gaussian(at.stage(), NoiseSource.INITIAL, x.length);
        Check.length("x0", clean.length, x.length);
        for (int i = 0; i < x.length; i++) {
          x[i] = (float) level.xt(clean[i], eps[i]);
        }
      }
    };
  }

  /**
   * The position of a sample in its plan.
   *
   * @param stage the stage's name, which addresses its noise
   * @param step the next step, from 0; the number of steps after the last
   * @param alphaBar the ᾱ of the sample by the plan; 1 after the last step
   * @param noise the randomness of the sample
   */
  record At(String stage, int step, double alphaBar, NoiseSource noise) {}
}
