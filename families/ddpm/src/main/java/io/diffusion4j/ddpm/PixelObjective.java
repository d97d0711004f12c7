package io.diffusion4j.ddpm;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.diffusion.VarianceRange;

/**
 * The loss of a network of pixels: the simple loss (Ho et al. 2020, eq. 14) of its prediction, with
 * the weights of the batch, and the bound of its variance if it learns one.
 */
public record PixelObjective(PixelBackbone network) implements Objective {
  @Override
  public Loss define(Nn nn, Inputs inputs) {
    return VarianceRange.of(nn, inputs, network.define(nn, inputs));
  }
}
