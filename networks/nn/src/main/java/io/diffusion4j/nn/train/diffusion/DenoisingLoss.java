package io.diffusion4j.nn.train.diffusion;

import io.diffusion4j.diffusion.spi.PluginPoint;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;

/**
 * The error of a denoiser's prediction. Its mean over a sample, times the weight of the timestep,
 * is the loss of the sample; see {@link DiffusionLoss}.
 */
@FunctionalInterface
@PluginPoint(value = "loss", expected = "numbers whose first axis is the batch's")
public interface DenoisingLoss {
  /** The squared error (Ho et al. 2020, eq. 14). */
  DenoisingLoss SQUARE =
      (nn, prediction, target) -> nn.map(Function.SQUARE, nn.subtract(target, prediction));

  /**
   * Defines the errors.
   *
   * @param prediction the output of the network: numbers {@code [B, …]}
   * @param target ε, x₀, v or the velocity, whichever the network predicts; the same shape
   * @return numbers {@code [B, …]}, of which the mean is taken; the shape may be another
   */
  Tensor errors(Nn nn, Tensor prediction, Tensor target);
}
