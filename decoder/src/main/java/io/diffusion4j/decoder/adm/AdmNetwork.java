package io.diffusion4j.decoder.adm;

import io.diffusion4j.decoder.DecoderNetwork;
import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.unet.AdmConfig;
import io.diffusion4j.decoder.unet.Beside;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayList;
import java.util.List;

/**
 * An ADM U-Net with OpenAI's keys and its conditioning as inputs: a class, text in GLIDE's
 * encoding, or nothing; and the images {@link Beside} x_t.
 *
 * @param config the shape
 * @param contextLength number of context tokens; 0 without context
 */
public record AdmNetwork(AdmConfig config, int contextLength) implements NetworkDefinition {
  /** Input {@code []}: the class, for a class-conditional model. */
  public static final String LABEL = "label";

  /** Input {@code [L, contextDim]}: context tokens of the attention, none of them padding. */
  public static final String CONTEXT = DecoderNetwork.CONTEXT;

  /**
   * Input {@code [timeEmbedDim]}: a vector that is added to the time embedding, where there is a
   * context.
   */
  public static final String TIME_ADD = DecoderNetwork.TIME_ADD;

  public AdmNetwork {
    Check.that(
        contextLength >= 0 && contextLength > 0 == config.contextDim() > 0,
        "contextLength",
        contextLength,
        config.contextDim() > 0 ? "≥ 1" : "0, without encoder_channels");
  }

  /** Creates a network without context. */
  public AdmNetwork(AdmConfig config) {
    this(config, 0);
  }

  /**
   * Defines the network. Outputs: the prediction and, where the variance is learned, its
   * interpolation.
   */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    int size = config.sampleSize();
    int channels = config.imageChannels();
    var xt = inputs.floats(NetworkDenoiser.SAMPLE, size, size, channels);
    var x = nn.input(config.beside().join(nn, inputs, xt));
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, config.timeChannels()));
    List<Tensor> timeAdd = new ArrayList<>();
    List<Context> context = new ArrayList<>();
    if (config.classes() > 0) {
      var label = inputs.ints(LABEL);
      var width = config.timeEmbedDim();
      timeAdd.add(nn.at("label_emb").embedding(label, config.classes(), width, Init.normal(1)));
    }
    if (contextLength > 0) {
      var tokens = inputs.floats(CONTEXT, contextLength, config.contextDim());
      timeAdd.add(nn.input(inputs.floats(TIME_ADD, config.timeEmbedDim())));
      context.add(Context.whole(nn.input(tokens)));
    }
    var out = new Unet(config).forward(nn, x, time, timeAdd, context);
    return config.outChannels() == channels
        ? List.of(out)
        : List.of(nn.slice(out, 0, channels), nn.slice(out, channels, channels));
  }
}
