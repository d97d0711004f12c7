package io.diffusion4j.nn.train.diffusion;

import io.diffusion4j.diffusion.spi.PluginPoint;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;

/** A number to watch in the training of a denoiser, which has no effect on the weights. */
@FunctionalInterface
@PluginPoint(value = "metric", expected = "numbers whose first axis is the batch's")
public interface DenoisingMetric {
  /**
   * Defines the values, of which the mean is reported. Parameters are those of {@link
   * DenoisingLoss#errors}.
   *
   * @return numbers {@code [B, …]}
   */
  Tensor values(Nn nn, Tensor prediction, Tensor target);
}
