package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.continuous.Likelihood;
import io.diffusion4j.diffusion.continuous.RungeKutta;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/**
 * Measures the likelihood of pictures under a model. Pictures of any size are resized to that of
 * the network, and their values rounded to 8 bits.
 *
 * <p>Holds native memory until it is closed.
 */
public interface PictureLikelihood extends AutoCloseable {
  /**
   * A picture with its condition.
   *
   * @param caption empty for none
   * @param label its class, for a class-conditional model
   */
  record Example(Image picture, String caption, OptionalInt label) {
    /** Returns the picture's levels at the size of a network: −1, −1 + 2/255, …, 1. */
    public float[] levels(int width, int height) {
      return Rgb8.of(Resize.area(picture, width, height)).toImage().pixels();
    }
  }

  /** Returns the width of the network's pictures, in pixels. */
  int width();

  /** Returns the height of the network's pictures, in pixels. */
  int height();

  /** Returns the number of timesteps that the network was trained with. */
  int trainSteps();

  /**
   * Returns the variational bound (Ho et al. 2020, eq. 5).
   *
   * @param timesteps the timesteps of the chain, at least two; all of them for the model as it was
   *     trained
   * @param noise the noise of the picture
   * @param progress receives the number of timesteps done
   * @throws IllegalArgumentException if the model has no such class
   */
  Bound bound(Example example, Timesteps timesteps, NoiseSource noise, IntConsumer progress);

  /**
   * Returns the likelihood by the probability flow (Y. Song et al. 2021, app. D.2), of pictures to
   * whose levels uniform noise was added, which makes them samples of a density.
   *
   * @param examples the examples, at least one
   * @param steps the number of steps of the solver, at least 1
   * @param noise the noise of each picture
   * @param progress receives the number of network calls so far
   * @throws IllegalArgumentException if the model has no such class
   */
  List<Likelihood.Result> flow(
      List<Example> examples,
      int steps,
      RungeKutta method,
      List<NoiseSource> noise,
      IntConsumer progress);

  @Override
  void close();
}
