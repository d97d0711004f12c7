package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.backbone.NamedBackbone;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** A network that denoises latents under a text: the U-Net, or the layers of a plugin. */
sealed interface LatentBackbone permits ConditionalUnet, LatentBackbone.Plugin {
  /** Input {@code [L, contextDim]}: the states of a text. */
  String CONTEXT = "context";

  /** Input {@code [H, W, inChannels − Z]}: what the network sees beside the noised latents. */
  String BESIDE = "beside";

  /** Input {@code [guidanceDim]}: the embedding of the guidance scale. */
  String GUIDANCE = "guidance";

  /** Input {@code [labelDim]}: the class label. */
  String LABEL = "class_labels";

  /** The file of the settings. */
  String CONFIG = "config.json";

  /**
   * Reads the settings of a folder.
   *
   * @throws IllegalArgumentException if no plugin adds its layers
   */
  static LatentBackbone read(Path folder) {
    var config = ComponentConfig.read(folder.resolve(CONFIG));
    return config.className().filter(Plugin.CLASS::equals).isPresent()
        ? Plugin.read(config)
        : ConditionalUnet.read(folder);
  }

  /** Returns height and width of the latents of training. */
  int sampleSize();

  /** Returns the channels of the input. */
  int inChannels();

  /** Returns the channels of the latents, Z; other inputs of the network are beside them. */
  int outChannels();

  /** Returns the width of the tokens of the text. */
  int contextDim();

  /**
   * Returns the width of the {@linkplain UnetCondition#embedded embedding of the guidance scale}; 0
   * for a network without.
   */
  int guidanceDim();

  /** Returns the width of class labels, which are vectors; 0 for a network without. */
  int labelDim();

  /** Returns the form in which the network receives a timestep. */
  Sinusoid sinusoid();

  /** Returns height and width of small latents that the network takes. */
  int smallest();

  /**
   * Returns the network for a size.
   *
   * @param height the height of the latents
   * @param width the width of the latents
   * @param length the number of tokens of the text
   * @return a network with the prediction as its output, {@code [B, height, width, Z]}
   */
  NetworkDefinition network(int height, int width, int length);

  /**
   * Returns the same network with an input for the embedding of a guidance scale.
   *
   * @throws IllegalArgumentException if it can have none
   */
  LatentBackbone withGuidance(int width);

  /** Returns the settings of a folder. */
  ConfigWriter settings();

  /** Returns the entry in the index of a model. */
  ModelFolder.Component component();

  /** Writes the settings into a folder. */
  default void write(Path folder) {
    settings().write(folder.resolve(CONFIG));
  }

  /** Returns the network for small latents and one token. */
  default NetworkDefinition smallNetwork() {
    return network(smallest(), smallest(), 1);
  }

  /** Returns the expected weights of a folder. */
  default Manifest manifest() {
    return Manifest.of(smallNetwork());
  }

  /** Returns the channels of what the network sees beside the latents. */
  default int besideChannels() {
    return inChannels() - outChannels();
  }

  /** Adds conditions to the inputs of {@link #network}. */
  default void feed(Batch batch, List<UnetCondition> conditions) {
    feed(batch, CONTEXT, conditions, UnetCondition::states);
    if (besideChannels() > 0) {
      feed(batch, BESIDE, conditions, UnetCondition::beside);
    }
    if (guidanceDim() > 0) {
      feed(batch, GUIDANCE, conditions, UnetCondition::guidance);
    }
    if (labelDim() > 0) {
      feed(batch, LABEL, conditions, UnetCondition::label);
    }
  }

  private static void feed(
      Batch batch,
      String input,
      List<UnetCondition> conditions,
      Function<UnetCondition, float[]> values) {
    batch.floats(input, Rows.stack(conditions.stream().map(values).toList()));
  }

  /**
   * The layers of a plugin, for latents. The states of the text are their context tokens, padding
   * included; the vector that they add to the time embedding is 0.
   */
  record Plugin(NamedBackbone backbone) implements LatentBackbone {
    /** The class in {@code config.json}. */
    static final String CLASS = "PluginLatentBackbone";

    /** Reads the settings of a folder. */
    static Plugin read(ComponentConfig c) {
      return new Plugin(NamedBackbone.read(c));
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
    public Plugin withGuidance(int width) {
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
}
