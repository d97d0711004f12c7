package io.diffusion4j.decoder;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.nn.Nn;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * The decoder's U-Net with what it is told as inputs.
 *
 * @param unet the network
 * @param contextLength number of context tokens
 */
record DecoderNetwork(Unet unet, int contextLength) implements Network {
  /** Input {@code [L, contextDim]}. */
  static final String CONTEXT = "context";

  /** Input {@code [L]}: 1 for tokens to be seen, 0 for padding. */
  static final String PRESENT = "present";

  /** Input {@code [timeEmbedDim]}: what is added to the time embedding. */
  static final String TIME_ADD = "time_add";

  /** Outputs: the prediction and, where the variance is learned, its interpolation. */
  @Override
  public List<Operand<TFloat32>> build(Nn nn, Inputs inputs) {
    var c = unet.config();
    var context = inputs.floats(CONTEXT, contextLength, c.contextDim());
    var present = inputs.floats(PRESENT, contextLength);
    var timeAdd = inputs.floats(TIME_ADD, c.timeEmbedDim());
    return outputs(
        nn, inputs, new TextProjection.Outputs(nn.input(context), nn.input(timeAdd)), present);
  }

  /** The same with the projection's outputs in place of inputs, for training. */
  List<Operand<TFloat32>> outputs(
      Nn nn, Inputs inputs, TextProjection.Outputs told, Operand<TFloat32> present) {
    var c = unet.config();
    var x = nn.input(inputs.floats(TfDenoiser.SAMPLE, c.sampleSize(), c.sampleSize(), 3));
    var time = nn.input(inputs.floats(TfDenoiser.TIME, c.timeChannels()));
    var out =
        unet.forward(
            nn, x, time, List.of(told.timeAdd()), List.of(Context.masked(told.context(), present)));
    return c.outChannels() == c.inChannels()
        ? List.of(out)
        : List.of(nn.slice(out, 0, 3), nn.slice(out, 3, 3));
  }
}
