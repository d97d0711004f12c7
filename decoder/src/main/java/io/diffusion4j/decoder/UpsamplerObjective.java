package io.diffusion4j.decoder;

import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.decoder.unet.UnetNetwork;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.diffusion.VarianceRange;

/**
 * The loss of an upsampler over crops; a network without attention can then be used at any size
 * (DALL-E 2, §2.1).
 *
 * @param unet the network
 * @param crop height and width of the crops in pixels
 */
public record UpsamplerObjective(Unet unet, int crop) implements Objective {
  /** Input {@code [crop, crop, 3]}: the small image, enlarged. */
  public static final String LOW = ConcatConditioning.LOW_INPUT;

  @Override
  public Loss define(Nn nn, Inputs inputs) {
    var network = new UnetNetwork(unet.config().withSize(crop));
    return VarianceRange.of(nn, inputs, network.define(nn, inputs));
  }
}
