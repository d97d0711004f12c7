package io.diffusion4j.decoder;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.dit.DitSettings;
import io.diffusion4j.decoder.unet.Beside;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.nn.weights.ModelFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads and writes decoders and upsamplers in diffusers' layout. */
public final class DecoderFolders {
  /** Channels of images. */
  private static final int IMAGE = 3;

  /** Channels of a {@code UNet2DConditionModel} whose file has none. */
  private static final int DECODER_CHANNELS = 4;

  private static final String CONFIG = "config.json";
  private static final String DECODER_CLASS = "UNet2DConditionModel";
  private static final String UPSAMPLER_CLASS = "UNet2DModel";
  private static final String PROJECTION_CLASS = "UnCLIPTextProjModel";

  /** A DiT that attends to context tokens; diffusers has no class for it. */
  public static final String DIT_CLASS = "DiTDecoderModel";

  private static final String PLAIN_DOWN = "ResnetDownsampleBlock2D";
  private static final String PLAIN_UP = "ResnetUpsampleBlock2D";
  private static final String ATTENTION_DOWN = "SimpleCrossAttnDownBlock2D";
  private static final String ATTENTION_UP = "SimpleCrossAttnUpBlock2D";

  /** The settings that both classes share and that have one supported value. */
  private static final String COMMON =
      """
      {"act_fn": "silu", "center_input_sample": false, "downsample_padding": 1, "dropout": 0.0,
       "flip_sin_to_cos": true, "freq_shift": 0, "mid_block_scale_factor": 1,
       "num_class_embeds": null, "time_embedding_dim": null, "time_embedding_type": "positional"}
      """;

  /**
   * The settings of a U-Net with unCLIP's blocks that have one supported value, whatever the
   * conditioning.
   */
  private static final String OF_BLOCKS =
      """
      {"addition_embed_type_num_heads": 64,
       "addition_time_embed_dim": null, "attention_type": "default",
       "class_embeddings_concat": false,
       "conv_in_kernel": 3, "conv_out_kernel": 3, "cross_attention_norm": null,
       "dual_cross_attention": false,
       "mid_block_only_cross_attention": null, "mid_block_type": "UNetMidBlock2DSimpleCrossAttn",
       "num_attention_heads": null, "only_cross_attention": false,
       "projection_class_embeddings_input_dim": null, "resnet_out_scale_factor": 1.0,
       "resnet_skip_time_act": false, "reverse_transformer_layers_per_block": null,
       "time_cond_proj_dim": null, "time_embedding_act_fn": null, "timestep_post_act": null}
      """;

  /** The settings of the conditioning of unCLIP's decoder. */
  private static final String OF_DECODER =
      """
      {"addition_embed_type": null, "class_embed_type": "identity", "encoder_hid_dim": null,
       "encoder_hid_dim_type": null}
      """;

  private static final String OF_UPSAMPLER =
      """
      {"attn_norm_num_groups": null, "class_embed_type": null, "mid_block_type": "UNetMidBlock2D"}
      """;

  private DecoderFolders() {}

  /** Reads the settings of a decoder of either backbone. */
  public static Backbone readBackbone(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    if (c.className().filter(DIT_CLASS::equals).isEmpty()) {
      return readUnet(folder);
    }
    var config = DitSettings.shape(c, c.intValue("cross_attention_dim"));
    requireChannels(c, config, List.of(IMAGE), List.of(IMAGE, 2 * IMAGE));
    c.refuseUnknown();
    return config;
  }

  /** Reads the settings of a U-Net; absent fields have diffusers' defaults. */
  public static UnetConfig readUnet(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    c.expectClass(DECODER_CLASS);
    c.fixed(OF_DECODER);
    if (!c.has("class_embed_type")) {
      throw new CheckpointException(c.file(), "class_embed_type: absent (expected: identity)");
    }
    var config = readBlocks(c);
    requireChannels(
        c, config, List.of(IMAGE, Beside.KNOWN.channels(IMAGE)), List.of(IMAGE, 2 * IMAGE));
    c.refuseUnknown();
    return config;
  }

  /**
   * Reads the settings that all U-Nets with unCLIP's blocks share, whatever they denoise and
   * whatever conditions them; absent fields have diffusers' defaults. The caller checks the
   * channels and the fields of its condition, and refuses the rest.
   */
  public static UnetConfig readBlocks(ComponentConfig c) {
    c.expectClass(DECODER_CLASS);
    c.fixed(COMMON).fixed(OF_BLOCKS);
    List.of("transformer_layers_per_block", "upcast_attention", "use_linear_projection")
        .forEach(c::has);
    var attention =
        attention(c, List.of(PLAIN_DOWN, ATTENTION_DOWN), List.of(PLAIN_UP, ATTENTION_UP));
    return unet(c, DECODER_CHANNELS, attention, true, c.intValue("cross_attention_dim", 1280));
  }

  /** Reads the settings of an upsampler; absent fields have diffusers' defaults. */
  public static UnetConfig readUpsampler(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    c.expectClass(UPSAMPLER_CLASS);
    c.fixed(COMMON).fixed(OF_UPSAMPLER);
    var attention = attention(c, List.of(PLAIN_DOWN), List.of(PLAIN_UP));
    var config = unet(c, IMAGE, attention, c.booleanValue("add_attention", true), 0);
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

  private static UnetConfig unet(
      ComponentConfig c,
      int usualChannels,
      List<Boolean> attention,
      boolean midAttention,
      int contextDim) {
    c.supports("resnet_time_scale_shift", "default", "scale_shift");
    return c.make(
        () ->
            new UnetConfig(
                c.intValue("sample_size"),
                c.intValue("in_channels", usualChannels),
                c.intValue("out_channels", usualChannels),
                c.ints("block_out_channels", List.of(320, 640, 1280, 1280)),
                attention,
                midAttention,
                c.intValue("layers_per_block", 2),
                c.intValue("attention_head_dim", 8),
                contextDim,
                c.intValue("norm_num_groups", 32),
                c.doubleValue("norm_eps", 1e-5),
                c.text("resnet_time_scale_shift", "default").equals("scale_shift")
                    ? TimeConditioning.SCALE_SHIFT
                    : TimeConditioning.ADD));
  }

  /** Reads which levels have attention: those with the second of the supported names. */
  private static List<Boolean> attention(
      ComponentConfig c, List<String> downNames, List<String> upNames) {
    var down = levels(c, "down_block_types", downNames);
    var up = new ArrayList<>(levels(c, "up_block_types", upNames));
    Collections.reverse(up);
    if (!down.equals(up)) {
      throw new CheckpointException(
          c.file(),
          "up_block_types: "
              + c.texts("up_block_types", List.of())
              + " (expected: the mirror of down_block_types "
              + c.texts("down_block_types", List.of())
              + ")");
    }
    return down;
  }

  private static List<Boolean> levels(ComponentConfig c, String field, List<String> names) {
    List<Boolean> levels = new ArrayList<>();
    for (String type : c.texts(field, List.of())) {
      int kind = names.indexOf(type);
      if (kind < 0) {
        throw new CheckpointException(
            c.file(), field + ": " + type + " (expected: one of " + names + ")");
      }
      levels.add(kind == 1);
    }
    return levels;
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
    if (config instanceof DitConfig dit) {
      DitSettings.put(ConfigWriter.diffusers(DIT_CLASS), dit)
          .put("cross_attention_dim", dit.contextDim())
          .write(folder.resolve(CONFIG));
    } else {
      writeUnetConfig(folder, (UnetConfig) config);
    }
  }

  private static void writeUnetConfig(Path folder, UnetConfig config) {
    putBlocks(config).fixed(OF_DECODER).write(folder.resolve(CONFIG));
  }

  /**
   * Returns the settings that {@link #readBlocks} reads, to be completed by the settings of the
   * condition.
   */
  public static ConfigWriter putBlocks(UnetConfig config) {
    return put(
            ConfigWriter.diffusers(DECODER_CLASS),
            config,
            List.of(PLAIN_DOWN, ATTENTION_DOWN),
            List.of(PLAIN_UP, ATTENTION_UP))
        .fixed(OF_BLOCKS)
        .put("cross_attention_dim", config.contextDim())
        .put("transformer_layers_per_block", 1)
        .put("upcast_attention", false)
        .put("use_linear_projection", false);
  }

  /** Writes an upsampler. */
  public static void writeUpsampler(
      Path folder, UnetConfig config, TensorSource weights, Map<String, String> notes) {
    writeUpsamplerConfig(folder, config);
    ModelFiles.write(folder, Checkpoint.DIFFUSERS, weights, name -> true, notes);
  }

  /** Writes the settings of an upsampler. */
  public static void writeUpsamplerConfig(Path folder, UnetConfig config) {
    put(ConfigWriter.diffusers(UPSAMPLER_CLASS), config, List.of(PLAIN_DOWN), List.of(PLAIN_UP))
        .fixed(OF_UPSAMPLER)
        .put("add_attention", config.midAttention())
        .put("downsample_type", "conv")
        .put("num_train_timesteps", null)
        .put("upsample_type", "conv")
        .write(folder.resolve(CONFIG));
  }

  private static ConfigWriter put(
      ConfigWriter writer, UnetConfig c, List<String> downNames, List<String> upNames) {
    List<String> down = c.attention().stream().map(a -> downNames.get(a ? 1 : 0)).toList();
    List<String> up =
        new ArrayList<>(c.attention().stream().map(a -> upNames.get(a ? 1 : 0)).toList());
    Collections.reverse(up);
    return writer
        .put("sample_size", c.sampleSize())
        .put("in_channels", c.inChannels())
        .put("out_channels", c.outChannels())
        .put("block_out_channels", c.blockChannels())
        .put("down_block_types", down)
        .put("up_block_types", up)
        .put("layers_per_block", c.layers())
        .put("attention_head_dim", c.headDim())
        .put("norm_num_groups", c.groups())
        .put("norm_eps", c.eps())
        .put(
            "resnet_time_scale_shift",
            c.timeConditioning() == TimeConditioning.SCALE_SHIFT ? "scale_shift" : "default")
        .fixed(COMMON);
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
