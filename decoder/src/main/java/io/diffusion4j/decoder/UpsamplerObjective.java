package io.diffusion4j.decoder;

import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.decoder.unet.UnetNetwork;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.diffusion.DenoisingObjective;
import java.util.List;

/**
 * The loss of an upsampler over crops; a network without attention can then be used at any size
 * (DALL-E 2, §2.1).
 *
 * @param unet the network
 * @param crop height and width of the crops in pixels
 */
public record UpsamplerObjective(Unet unet, int crop) implements DenoisingObjective {
  /** Input {@code [crop, crop, 3]}: the small image, enlarged. */
  public static final String LOW = ConcatConditioning.LOW_INPUT;

  @Override
  public List<Tensor> outputs(Nn nn, Inputs inputs) {
    return new UnetNetwork(unet.config().withSize(crop)).define(nn, inputs);
  }
}
