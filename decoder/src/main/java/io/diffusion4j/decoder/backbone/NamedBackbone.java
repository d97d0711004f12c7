package io.diffusion4j.decoder.backbone;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.data.TrainingOption;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.Addition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A backbone of a plugin. A model folder records its name and sizes; the layers come from the
 * plugin whenever the folder is read.
 *
 * @param name the name under which the plugin adds the layers
 */
public record NamedBackbone(
    String name,
    BackboneLayers layers,
    int sampleSize,
    int inChannels,
    int outChannels,
    int timeChannels,
    int timeEmbedDim,
    int contextDim)
    implements Backbone {
  /** The class of a decoder in {@code config.json}. */
  public static final String CLASS = "PluginBackbone";

  /** The value of {@link #OPTION} without a plugin. */
  private static final String OF_PRESET = "preset";

  /** The layers of a plugin, if another name than the preset's is requested. */
  public static final TrainingOption<BackboneLayers> OPTION =
      TrainingOption.<BackboneLayers>oneOf(
              "backbone",
              OF_PRESET,
              Map.of(OF_PRESET, (nn, sizes, x, sinusoid, timeAdd, context) -> x))
          .addedLater();

  /**
   * The layers of a plugin that are requested for a training.
   *
   * @param name their name
   */
  public record Requested(String name, BackboneLayers layers) {
    /** Returns them with the sizes of another backbone. */
    public NamedBackbone like(Backbone other) {
      return new NamedBackbone(
          name,
          layers,
          other.sampleSize(),
          other.inChannels(),
          other.outChannels(),
          other.timeChannels(),
          other.timeEmbedDim(),
          other.contextDim());
    }
  }

  /**
   * Returns the layers that the techniques of a training request; empty for the preset's.
   *
   * @param possible whether the training can have layers of a plugin
   * @param otherwise why not, such as {@code with --start-from}
   * @throws IllegalArgumentException if it cannot, and some are requested
   */
  public static Optional<Requested> requested(
      Techniques techniques, boolean possible, String otherwise) {
    if (!techniques.isChanged(OPTION)) {
      return Optional.empty();
    }
    String name = techniques.word(OPTION);
    Check.that(possible, OPTION.name(), name, "%s, %s", OF_PRESET, otherwise);
    return Optional.of(new Requested(name, techniques.get(OPTION)));
  }

  /**
   * Reads the sizes of a folder.
   *
   * @throws IllegalArgumentException if no plugin adds its layers
   */
  public static NamedBackbone read(ComponentConfig c) {
    String name = c.text("backbone");
    var known = Addition.loaded(BackboneLayers.class);
    var layers = known.get(name);
    if (layers == null) {
      throw Check.refusal(
          "backbone",
          name + " of " + c.file(),
          "--plugin with the jar that adds it; known: %s",
          new TreeSet<>(known.keySet()));
    }
    return new NamedBackbone(
        name,
        layers,
        c.intValue("sample_size"),
        c.intValue("in_channels"),
        c.intValue("out_channels"),
        c.intValue("time_channels"),
        c.intValue("time_embed_dim"),
        c.intValue("cross_attention_dim"));
  }

  /**
   * Returns the settings of a folder.
   *
   * @param className the class of the network that has this backbone
   */
  public ConfigWriter settings(String className) {
    return ConfigWriter.diffusers(className)
        .put("backbone", name)
        .put("sample_size", sampleSize)
        .put("in_channels", inChannels)
        .put("out_channels", outChannels)
        .put("time_channels", timeChannels)
        .put("time_embed_dim", timeEmbedDim)
        .put("cross_attention_dim", contextDim);
  }

  @Override
  public Tensor forward(
      Nn nn, Tensor x, Tensor sinusoid, List<Tensor> timeAdd, List<Context> context) {
    Tensor out = layers.forward(nn, this, x, sinusoid, timeAdd.get(0), context);
    var expected = List.of(x.size(0), x.size(1), x.size(2), (long) outChannels);
    boolean fits = out.role() == Tensor.Role.NUMBERS && out.shape().equals(expected);
    Check.that(fits, "backbone " + name, out.role() + " " + out.shape(), "NUMBERS %s", expected);
    return out;
  }
}
