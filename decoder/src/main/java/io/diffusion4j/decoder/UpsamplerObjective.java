package io.diffusion4j.decoder;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.train.DiffusionLoss;
import io.diffusion4j.tf.train.Objective;

/**
 * The loss of an upsampler over crops; without attention it may be used at any size (DALL-E 2,
 * §2.1).
 *
 * @param unet the network
 * @param crop height and width of the crops in pixels
 */
public record UpsamplerObjective(Unet unet, int crop) implements Objective {
  /** Input {@code [crop, crop, 3]}: the small image, enlarged. */
  public static final String LOW = UpsamplerNetwork.LOW;

  @Override
  public Loss build(Nn nn, Inputs inputs) {
    var outputs = new UpsamplerNetwork(unet, crop).build(nn, inputs);
    return DiffusionLoss.of(nn, inputs, outputs, crop, crop, 3);
  }
}
