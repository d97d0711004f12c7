package io.diffusion4j.ddpm;

import io.diffusion4j.decoder.unet.Context;
import io.diffusion4j.decoder.unet.PixelUnetConfig;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayList;
import java.util.List;

/** diffusers' {@code UNet2DModel}: a U-Net that is given x_t, the time, and perhaps a class. */
public record PixelNetwork(PixelUnetConfig config) implements NetworkDefinition {
  /**
   * The class: an integer where classes have a table, the sinusoid {@code [timeChannels]} where
   * they are numbers, a vector {@code [timeEmbedDim]} where they are vectors.
   */
  public static final String LABEL = "label";

  /** Outputs: the prediction and, where the variance is learned, its interpolation. */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    int channels = config.inChannels();
    var x =
        nn.input(inputs.floats(NetworkDenoiser.SAMPLE, config.height(), config.width(), channels));
    if (config.centerInput()) {
      x = nn.subtract(nn.add(x, x), nn.input(nn.constant(1)));
    }
    var out = new Unet(config).forward(nn, x, time(nn, inputs), labels(nn, inputs), Context.none());
    return config.outChannels() == channels
        ? List.of(out)
        : List.of(nn.slice(out, 0, channels), nn.slice(out, channels, channels));
  }

  /** A learned time is fed as a row of zeros and a 1, which picks its row of the table. */
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
    List<Tensor> added = new ArrayList<>();
    switch (config.labels().kind()) {
      case NONE -> {}
      case TABLE ->
          added.add(
              nn.at("class_embedding")
                  .embedding(inputs.ints(LABEL), config.labels().count(), width, Init.normal(1)));
      case TIMESTEP -> {
        var at = nn.at("class_embedding");
        var label = nn.input(inputs.floats(LABEL, config.timeChannels()));
        added.add(at.at("linear_2").linear(nn.silu(at.at("linear_1").linear(label, width)), width));
      }
      case VECTOR -> added.add(nn.input(inputs.floats(LABEL, width)));
    }
    return added;
  }

  /** What the input for the time is fed. */
  float[] embedded(double t) {
    int learned = config.time().learned();
    if (learned == 0) {
      return sinusoid(t);
    }
    float[] row = new float[learned];
    row[(int) Math.max(0, Math.min(learned - 1L, Math.round(t)))] = 1;
    return row;
  }

  /** The sinusoid of a time, or of a class that is a number. */
  float[] sinusoid(double t) {
    var time = config.time();
    return TimeEmbedding.sinusoid(t, config.timeChannels(), time.freqShift(), time.sinesFirst());
  }
}
