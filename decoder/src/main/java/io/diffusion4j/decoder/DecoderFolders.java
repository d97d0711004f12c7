package io.diffusion4j.decoder;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.backbone.NamedBackbone;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.dit.DitSettings;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetSettings;
import io.diffusion4j.nn.weights.ModelFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads and writes decoders and upsamplers in diffusers' layout. */
public final class DecoderFolders {
  /** Channels of images. */
  private static final int IMAGE = 3;

  private static final String CONFIG = "config.json";
  private static final String PROJECTION_CLASS = "UnCLIPTextProjModel";

  /** A DiT that attends to context tokens; diffusers has no class for it. */
  public static final String DIT_CLASS = "DiTDecoderModel";

  /** The settings of the conditioning of unCLIP's decoder. */
  private static final String OF_DECODER =
      """
      {"addition_embed_type": null, "class_embed_type": "identity", "encoder_hid_dim": null,
       "encoder_hid_dim_type": null}
      """;

  private DecoderFolders() {}

  /**
   * Returns the class of a decoder in the index of a pipeline; empty for diffusers' U-Net.
   *
   * @param folder the folder of the decoder
   */
  public static Optional<String> ownClass(Path folder) {
    return ComponentConfig.read(folder.resolve(CONFIG))
        .className()
        .filter(List.of(DIT_CLASS, NamedBackbone.CLASS)::contains);
  }

  /** Reads the settings of a decoder of any backbone. */
  public static Backbone readBackbone(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    boolean isNamed = c.className().filter(NamedBackbone.CLASS::equals).isPresent();
    if (!isNamed && c.className().filter(DIT_CLASS::equals).isEmpty()) {
      return readUnet(folder);
    }
    Backbone config =
        isNamed ? NamedBackbone.read(c) : DitSettings.shape(c, c.intValue("cross_attention_dim"));
    requireChannels(c, config, List.of(IMAGE), List.of(IMAGE, 2 * IMAGE));
    c.refuseUnknown();
    return config;
  }

  /** Reads the settings of a U-Net; absent fields have diffusers' defaults. */
  public static UnetConfig readUnet(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    c.expectClass(UnetSettings.CONDITIONED.className());
    c.fixed(OF_DECODER);
    if (!c.has("class_embed_type")) {
      throw new CheckpointException(c.file(), "class_embed_type: absent (expected: identity)");
    }
    var config = UnetSettings.CONDITIONED.read(c);
    requireChannels(
        c,
        config,
        List.of(IMAGE, ConcatConditioning.KNOWN.channels(IMAGE)),
        List.of(IMAGE, 2 * IMAGE));
    c.refuseUnknown();
    return config;
  }

  /** Reads the settings of an upsampler; absent fields have diffusers' defaults. */
  public static UnetConfig readUpsampler(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    var config = UnetSettings.UPSAMPLER.read(c);
    requireChannels(c, config, List.of(2 * IMAGE), List.of(IMAGE));
    c.refuseUnknown("num_train_timesteps", "downsample_type", "upsample_type");
    return config;
  }

  /** Only the channels of an image, or of an image and x_t, can be fed. */
  private static void requireChannels(
      ComponentConfig c, Backbone config, List<Integer> in, List<Integer> out) {
    if (!in.contains(config.inChannels())) {
      throw c.invalid(
          "in_channels",
          config.inChannels(),
          in.stream().map(String::valueOf).collect(Collectors.joining(" or ")));
    }
    if (!out.contains(config.outChannels())) {
      throw c.invalid(
          "out_channels",
          config.outChannels(),
          out.stream().map(String::valueOf).collect(Collectors.joining(" or ")));
    }
  }

  /** Reads the settings of a text projection; absent fields have diffusers' defaults. */
  public static TextProjection readProjection(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    c.expectClass(PROJECTION_CLASS);
    var projection =
        new TextProjection(
            c.intValue("clip_extra_context_tokens", 4),
            c.intValue("clip_embeddings_dim", 768),
            c.intValue("time_embed_dim"),
            c.intValue("cross_attention_dim"));
    c.refuseUnknown();
    return projection;
  }

  /** Writes a decoder. */
  public static void writeBackbone(
      Path folder, Backbone config, TensorSource weights, Map<String, String> notes) {
    writeBackboneConfig(folder, config);
    ModelFiles.write(folder, Checkpoint.DIFFUSERS, weights, name -> true, notes);
  }

  /** Writes the settings of a decoder. */
  public static void writeBackboneConfig(Path folder, Backbone config) {
    if (config instanceof NamedBackbone named) {
      named.settings(NamedBackbone.CLASS).write(folder.resolve(CONFIG));
    } else if (config instanceof DitConfig dit) {
      DitSettings.put(ConfigWriter.diffusers(DIT_CLASS), dit)
          .put("cross_attention_dim", dit.contextDim())
          .write(folder.resolve(CONFIG));
    } else {
      UnetSettings.CONDITIONED
          .put((UnetConfig) config)
          .fixed(OF_DECODER)
          .write(folder.resolve(CONFIG));
    }
  }

  /** Writes an upsampler. */
  public static void writeUpsampler(
      Path folder, UnetConfig config, TensorSource weights, Map<String, String> notes) {
    writeUpsamplerConfig(folder, config);
    ModelFiles.write(folder, Checkpoint.DIFFUSERS, weights, name -> true, notes);
  }

  /** Writes the settings of an upsampler. */
  public static void writeUpsamplerConfig(Path folder, UnetConfig config) {
    UnetSettings.UPSAMPLER.put(config).write(folder.resolve(CONFIG));
  }

  /** Writes a text projection. */
  public static void writeProjection(
      Path folder, TextProjection projection, TensorSource weights, Map<String, String> notes) {
    writeProjectionConfig(folder, projection);
    ModelFiles.write(folder, Checkpoint.DIFFUSERS, weights, name -> true, notes);
  }

  /** Writes the settings of a text projection. */
  public static void writeProjectionConfig(Path folder, TextProjection projection) {
    ConfigWriter.diffusers(PROJECTION_CLASS)
        .put("clip_extra_context_tokens", projection.extraTokens())
        .put("clip_embeddings_dim", projection.embeddingDim())
        .put("time_embed_dim", projection.timeEmbedDim())
        .put("cross_attention_dim", projection.contextDim())
        .write(folder.resolve(CONFIG));
  }
}
