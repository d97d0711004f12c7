package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.backbone.NamedBackbone;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.List;

/**
 * The layers of a plugin, for latents. The states of the text are their context tokens, padding
 * included; the vector that they add to the time embedding is 0.
 */
record LatentPlugin(NamedBackbone backbone) implements LatentBackbone {
  /** The class in {@code config.json}. */
  static final String CLASS = "PluginLatentBackbone";

  /** Reads the settings of a folder. */
  static LatentPlugin read(ComponentConfig c) {
    return new LatentPlugin(NamedBackbone.read(c));
  }

  @Override
  public int sampleSize() {
    return backbone.sampleSize();
  }

  @Override
  public int inChannels() {
    return backbone.inChannels();
  }

  @Override
  public int outChannels() {
    return backbone.outChannels();
  }

  @Override
  public int contextDim() {
    return backbone.contextDim();
  }

  @Override
  public int guidanceDim() {
    return 0;
  }

  @Override
  public int labelDim() {
    return 0;
  }

  @Override
  public Sinusoid sinusoid() {
    return backbone.sinusoid();
  }

  @Override
  public int smallest() {
    return backbone.sampleSize();
  }

  @Override
  public NetworkDefinition network(int height, int width, int length) {
    int embedding = backbone.timeEmbedDim();
    return (nn, inputs) -> {
      var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, height, width, inChannels()));
      var time = nn.input(inputs.floats(NetworkDenoiser.TIME, backbone.timeChannels()));
      var text = nn.input(inputs.floats(CONTEXT, length, contextDim()));
      var none = nn.input(nn.forEach(nn.constant(new float[embedding], 1, embedding), x));
      return List.of(backbone.forward(nn, x, time, List.of(none), List.of(Context.whole(text))));
    };
  }

  @Override
  public LatentPlugin withGuidance(int width) {
    throw Check.refusal(
        "embed-guidance",
        width,
        "none; the backbone %s of a plugin has no input for a guidance scale",
        backbone.name());
  }

  @Override
  public ConfigWriter settings() {
    return backbone.settings(CLASS);
  }

  @Override
  public ModelFolder.Component component() {
    return new ModelFolder.Component("diffusion4j", CLASS);
  }
}
