package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.spi.PluginPoint;

/** The learning rate during its decay, as a share of the full rate. */
@FunctionalInterface
@PluginPoint(value = "schedule", expected = "a share of the learning rate in [0, 1]")
public interface RateCurve {
  /**
   * Returns the share.
   *
   * @param progress the share of the decay that is over, from 0 to 1
   * @return in [0, 1]
   */
  double at(double progress);
}
