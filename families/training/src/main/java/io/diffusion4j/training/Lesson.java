package io.diffusion4j.training;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.nn.train.diffusion.RegressionBatch;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * What a student learns: noisy samples with the x₀ that it shall estimate of them.
 *
 * @param <C> the conditions of the network
 */
@FunctionalInterface
interface Lesson<C> {
  /**
   * A sample to learn from.
   *
   * @param number that of its noise
   * @param condition the condition that the student sees
   * @param guidance the teacher's guidance scale
   */
  record Asked<C>(int number, C condition, double guidance) {}

  /**
   * Returns a row for some of a batch's samples; a pure function of the arguments, and of the
   * weights of earlier steps. May be called by two threads.
   *
   * @param asked all samples of the batch
   * @param share the samples whose rows are returned
   * @param random the random numbers of the batch
   * @param step the steps of training before it
   */
  List<RegressionBatch.Row> rows(
      List<Asked<C>> asked, RowRange share, SplittableRandom random, long step);

  /**
   * Called after each step of training, before the batch of the next but one is made.
   *
   * @param weights reads the student's weights
   */
  default void onStep(long step, Supplier<TensorSource> weights) {}

  /** Called after the state of a step was saved. */
  default void onCheckpoint(long step) {}

  /** Returns a sample with fresh noise. */
  static float[] noised(NoiseLevel level, float[] x0, SplittableRandom random) {
    float[] noisy = new float[x0.length];
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] = (float) level.xt(x0[i], random.nextGaussian());
    }
    return noisy;
  }
}
