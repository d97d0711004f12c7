package io.diffusion4j.decoder;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.nn.Nn;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * An upsampler: a U-Net that sees the enlarged small image beside the noisy large one.
 *
 * @param unet the network
 * @param size height and width it is built for, which may be a crop of what it is used at
 */
record UpsamplerNetwork(Unet unet, int size) implements Network {
  /** Input {@code [H, W, 3]}: the small image, enlarged to the size of the large one. */
  static final String LOW = "low";

  @Override
  public List<Operand<TFloat32>> build(Nn nn, Inputs inputs) {
    var x = nn.input(inputs.floats(TfDenoiser.SAMPLE, size, size, 3));
    var low = nn.input(inputs.floats(LOW, size, size, 3));
    var time = nn.input(inputs.floats(TfDenoiser.TIME, unet.config().timeChannels()));
    return List.of(
        unet.forward(nn, nn.concat(3, List.of(x, low)), time, List.of(), Context.none()));
  }
}
