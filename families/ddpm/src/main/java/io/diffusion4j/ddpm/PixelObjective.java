package io.diffusion4j.ddpm;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.diffusion.DenoisingObjective;
import java.util.List;

/**
 * The loss of a network of pixels: the simple loss (Ho et al. 2020, eq. 14) of its prediction, with
 * the weights of the batch, and the bound of its variance if it learns one.
 */
public record PixelObjective(PixelBackbone network) implements DenoisingObjective {
  @Override
  public List<Tensor> outputs(Nn nn, Inputs inputs) {
    return network.define(nn, inputs);
  }
}
