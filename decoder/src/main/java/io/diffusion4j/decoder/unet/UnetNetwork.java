package io.diffusion4j.decoder.unet;

import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.unet.UnetLayout.Name;
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
 * A U-Net with its conditioning as inputs: a class, text in GLIDE's encoding, or nothing; and the
 * images {@link ConcatConditioning} x_t.
 *
 * @param config the shape
 * @param contextLength number of context tokens; 0 without context
 */
public record UnetNetwork(UnetConfig config, int contextLength) implements NetworkDefinition {
  /**
   * The input of the class: an integer for classes with a table, the sinusoid {@code
   * [timeChannels]} for classes as numbers, a vector {@code [timeEmbedDim]} for classes as vectors.
   */
  public static final String LABEL = "label";

  /** Input {@code [L, contextDim]}: context tokens of the attention, none of them padding. */
  public static final String CONTEXT = "context";

  /**
   * Input {@code [timeEmbedDim]}: a vector that is added to the time embedding, where there is a
   * context.
   */
  public static final String TIME_ADD = "time_add";

  public UnetNetwork {
    Check.that(
        contextLength >= 0 && contextLength > 0 == config.contextDim() > 0,
        "contextLength",
        contextLength,
        config.contextDim() > 0 ? "≥ 1" : "0, without " + config.layout().name(Name.CONTEXT));
  }

  /** Creates a network without context. */
  public UnetNetwork(UnetConfig config) {
    this(config, 0);
  }

  /**
   * Defines the network. Outputs: the prediction and, where the variance is learned, its
   * interpolation.
   */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    int channels = config.imageChannels();
    var xt = inputs.floats(NetworkDenoiser.SAMPLE, config.height(), config.width(), channels);
    var x = nn.input(config.beside().join(nn, inputs, xt));
    if (config.centerInput()) {
      x = nn.subtract(nn.add(x, x), nn.input(nn.constant(1)));
    }
    var time = time(nn, inputs);
    List<Tensor> timeAdd = new ArrayList<>(labels(nn, inputs));
    List<Context> context = new ArrayList<>();
    if (contextLength > 0) {
      var tokens = inputs.floats(CONTEXT, contextLength, config.contextDim());
      timeAdd.add(nn.input(inputs.floats(TIME_ADD, config.timeEmbedDim())));
      context.add(Context.whole(nn.input(tokens)));
    }
    var out = config.forward(nn, x, time, timeAdd, context);
    return config.outChannels() == channels
        ? List.of(out)
        : List.of(nn.slice(out, 0, channels), nn.slice(out, channels, channels));
  }

  /** A learned time is fed as a one-hot row, which selects its row of the table. */
  private Tensor time(Nn nn, Inputs inputs) {
    int learned = config.time().learned();
    int width = learned > 0 ? learned : config.timeChannels();
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, width));
    return learned > 0
        ? nn.at("time_proj").project(time, "weight", config.timeChannels(), Init.normal(1))
        : time;
  }

  private List<Tensor> labels(Nn nn, Inputs inputs) {
    int width = config.timeEmbedDim();
    var labels = config.labels();
    var at = nn.at(config.layout().name(Name.CLASSES));
    return switch (labels.kind()) {
      case NONE -> List.of();
      case TABLE -> List.of(at.embedding(inputs.ints(LABEL), labels.rows(), width, Init.normal(1)));
      case TIMESTEP -> {
        var label = nn.input(inputs.floats(LABEL, config.timeChannels()));
        var h = nn.silu(at.at("linear_1").linear(label, width));
        yield List.of(at.at("linear_2").linear(h, width));
      }
      case VECTOR -> List.of(nn.input(inputs.floats(LABEL, width)));
    };
  }
}
