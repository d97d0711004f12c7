package io.diffusion4j.decoder;

import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetNetwork;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.List;

/**
 * The decoder's network, with its conditioning as inputs.
 *
 * @param backbone the network
 * @param contextLength number of context tokens
 */
public record DecoderNetwork(Backbone backbone, int contextLength) implements NetworkDefinition {
  /** Input {@code [L, contextDim]}. */
  public static final String CONTEXT = UnetNetwork.CONTEXT;

  /** Input {@code [L]}: 1 for visible tokens, 0 for padding. */
  static final String PRESENT = "present";

  /** Input {@code [timeEmbedDim]}: a vector that is added to the time embedding. */
  public static final String TIME_ADD = UnetNetwork.TIME_ADD;

  private static final int IMAGE = 3;

  /** Gives the inputs and outputs of a U-Net of images the names of diffusers. */
  public static StoredNetwork named(StoredNetwork network) {
    return network
        .named(CONTEXT, "encoder_hidden_states")
        .named(PRESENT, "encoder_attention_mask")
        .named(StoredNetwork.output(0), "out_sample")
        .named(StoredNetwork.output(1), "out_variance");
  }

  /** Returns the inputs beside x_t: the known pixels, if the network completes images. */
  ConcatConditioning beside() {
    return backbone.inChannels() == IMAGE ? ConcatConditioning.NOTHING : ConcatConditioning.KNOWN;
  }

  /**
   * Defines the network. Outputs: the prediction and, where the variance is learned, its
   * interpolation.
   */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    var c = backbone;
    var context = inputs.floats(CONTEXT, contextLength, c.contextDim());
    var present = inputs.floats(PRESENT, contextLength);
    var timeAdd = inputs.floats(TIME_ADD, c.timeEmbedDim());
    return outputs(
        nn, inputs, new TextProjection.Outputs(nn.input(context), nn.input(timeAdd)), present);
  }

  /** Outputs: the same, with the projection's outputs in place of inputs, for training. */
  List<Tensor> outputs(Nn nn, Inputs inputs, TextProjection.Outputs conditioning, Tensor present) {
    var c = backbone;
    int size = c.sampleSize();
    var xt = inputs.floats(NetworkDenoiser.SAMPLE, size, size, IMAGE);
    var x = nn.input(beside().join(nn, inputs, xt));
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, c.timeChannels()));
    var out =
        c.forward(
            nn,
            x,
            time,
            List.of(conditioning.timeAdd()),
            List.of(Context.masked(conditioning.context(), present)));
    return c.outChannels() == IMAGE
        ? List.of(out)
        : List.of(nn.slice(out, 0, 3), nn.slice(out, 3, 3));
  }
}
