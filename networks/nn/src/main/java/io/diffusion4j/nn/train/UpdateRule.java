package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.spi.PluginPoint;

/**
 * An optimizer of one's own, which updates each weight by itself. Gradient clipping, weight decay
 * and moving averages are not its business. It has no state but the moments and is called by
 * several threads.
 */
@FunctionalInterface
@PluginPoint(value = "optimizer", expected = "an update of the given weights and moments")
public interface UpdateRule {
  /**
   * Some weights of a parameter; the arrays hold others too.
   *
   * @param weights are updated
   * @param gradient the clipped gradient
   * @param m the first moment, 0 at first, which is updated
   * @param v the second moment, 0 at first, which is updated
   * @param from the first index
   * @param to the index after the last
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, updated in place
  record Weights(float[] weights, float[] gradient, float[] m, float[] v, int from, int to) {}

  /**
   * Updates weights and moments.
   *
   * @param rate the learning rate of the step
   * @param step the number of steps before this one
   */
  void update(Weights of, double rate, long step);
}
