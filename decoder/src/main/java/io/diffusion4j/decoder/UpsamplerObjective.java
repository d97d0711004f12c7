package io.diffusion4j.decoder;

import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.train.DenoisingObjective;
import java.util.List;

/**
 * The loss of an upsampler over crops; without attention it may be used at any size (DALL-E 2,
 * §2.1).
 *
 * @param unet the network
 * @param crop height and width of the crops in pixels
 */
public record UpsamplerObjective(Unet unet, int crop) implements DenoisingObjective {
  /** Input {@code [crop, crop, 3]}: the small image, enlarged. */
  public static final String LOW = UpsamplerNetwork.LOW;

  @Override
  public Network network() {
    return new UpsamplerNetwork(unet, crop);
  }

  @Override
  public List<Long> sample() {
    return List.of((long) crop, (long) crop, 3L);
  }
}
