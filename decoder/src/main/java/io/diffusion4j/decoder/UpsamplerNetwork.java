package io.diffusion4j.decoder;

import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.unet.Beside;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.List;

/**
 * An upsampler: a U-Net that reads the enlarged small image beside the noisy large one.
 *
 * @param unet the network
 * @param size height and width of the input in pixels; a crop in training, the whole image in
 *     sampling
 */
public record UpsamplerNetwork(Unet unet, int size) implements NetworkDefinition {
  /** Input {@code [H, W, 3]}: the small image, enlarged to the size of the large one. */
  public static final String LOW = Beside.LOW_INPUT;

  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, size, size, 3));
    var low = nn.input(inputs.floats(LOW, size, size, 3));
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, unet.config().timeChannels()));
    return List.of(
        unet.forward(nn, nn.concat(3, List.of(x, low)), time, List.of(), Context.none()));
  }
}
