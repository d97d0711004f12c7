package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.decoder.backbone.NamedBackbone;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.weights.Init;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The shape of the U-Net of latent diffusion (Rombach et al. 2022, §3.3): residual blocks, and
 * transformers whose tokens attend to one another and to a text. It has the fields and keys of
 * diffusers' {@code UNet2DConditionModel}, for Stable Diffusion 1.x and 2.x and their relatives.
 *
 * @param sampleSize height and width of the latents of training
 * @param inChannels channels of the input
 * @param outChannels channels of the latents, Z; other inputs of the network are beside them
 * @param levels the levels, from the highest resolution down
 * @param middle whether there is a block between the way down and the way up
 * @param contextDim the width of the tokens of the text
 * @param linearProjection whether the projections of a transformer are stored as matrices, not as
 *     1×1 convolutions
 * @param groups the number of groups of the group normalisations
 * @param eps the ε of the normalisations in residual blocks and before the last convolution
 * @param guidanceDim the width of the {@linkplain UnetCondition#embedded embedding of the guidance
 *     scale}; 0 for a network without
 * @param labelDim the width of class labels, which are vectors; 0 for a network without
 */
public record ConditionalUnet(
    int sampleSize,
    int inChannels,
    int outChannels,
    List<Level> levels,
    boolean middle,
    int contextDim,
    boolean linearProjection,
    int groups,
    double eps,
    int guidanceDim,
    int labelDim)
    implements LatentBackbone {
  /** The class in diffusers. */
  static final String CLASS = "UNet2DConditionModel";

  private static final double TRANSFORMER_EPS = 1e-6;
  private static final int MIN_SIZE = 64;
  private static final Pattern OLD_VERSION = Pattern.compile("0\\.([0-8])\\..*");
  private static final String MIDDLE = "UNetMidBlock2DCrossAttn";
  private static final List<String> DOWN = List.of("DownBlock2D", "CrossAttnDownBlock2D");
  private static final List<String> UP = List.of("UpBlock2D", "CrossAttnUpBlock2D");

  private static final String FIXED =
      """
      {"act_fn": "silu", "addition_embed_type": null, "addition_time_embed_dim": null,
       "attention_type": "default", "center_input_sample": false,
       "class_embeddings_concat": false, "conv_in_kernel": 3, "conv_out_kernel": 3,
       "cross_attention_norm": null, "downsample_padding": 1, "dropout": 0.0,
       "dual_cross_attention": false, "encoder_hid_dim": null, "encoder_hid_dim_type": null,
       "flip_sin_to_cos": true, "freq_shift": 0, "mid_block_scale_factor": 1,
       "num_attention_heads": null, "num_class_embeds": null, "resnet_out_scale_factor": 1.0,
       "resnet_skip_time_act": false, "resnet_time_scale_shift": "default",
       "reverse_transformer_layers_per_block": null, "time_embedding_act_fn": null,
       "time_embedding_dim": null, "time_embedding_type": "positional",
       "timestep_post_act": null, "transformer_layers_per_block": 1, "upcast_attention": false}
      """;

  /**
   * A level.
   *
   * @param channels the width of the feature maps
   * @param layers residual blocks on the way down; the way up has one more
   * @param heads attention heads
   * @param attentionDown whether residual blocks on the way down are followed by transformers
   * @param attentionUp the same for the way up
   * @param textOnly whether the transformers attend to the text where others attend to the image
   */
  public record Level(
      int channels,
      int layers,
      int heads,
      boolean attentionDown,
      boolean attentionUp,
      boolean textOnly) {}

  public ConditionalUnet {
    levels = List.copyOf(levels);
    Check.that(sampleSize >= 1, "sample_size", sampleSize, "≥ 1");
    Check.that(outChannels >= 1, "out_channels", outChannels, "≥ 1");
    Check.that(inChannels >= outChannels, "in_channels", inChannels, "≥ %s", outChannels);
    Check.that(!levels.isEmpty(), "block_out_channels", levels, "one level or more");
    Check.that(groups >= 1, "norm_num_groups", groups, "≥ 1");
    for (Level level : levels) {
      int channels = level.channels;
      Check.that(
          channels >= 2 && channels % 2 == 0 && channels % groups == 0,
          "block_out_channels",
          channels,
          "an even multiple of norm_num_groups %s",
          groups);
      Check.that(level.layers >= 1, "layers_per_block", level.layers, "≥ 1");
      Check.that(
          level.heads >= 1 && channels % level.heads == 0,
          "attention_head_dim",
          level.heads,
          "a number of heads that divides %s channels",
          channels);
    }
    Check.that(contextDim >= 1, "cross_attention_dim", contextDim, "≥ 1");
    Check.that(guidanceDim == 0 || guidanceDim >= 4, "time_cond_proj_dim", guidanceDim, "≥ 4");
    Check.that(labelDim >= 0, "projection_class_embeddings_input_dim", labelDim, "≥ 1");
  }

  /** Reads the settings of a folder; absent fields have diffusers' defaults. */
  static ConditionalUnet read(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    c.expectClass(CLASS);
    c.fixed(FIXED);
    c.supports("mid_block_type", MIDDLE);
    c.supports("class_embed_type", "projection");
    boolean labelled = c.has("class_embed_type");
    var unet =
        c.make(
            () ->
                new ConditionalUnet(
                    sampleSize(c),
                    c.intValue("in_channels", 4),
                    c.intValue("out_channels", 4),
                    levels(c),
                    !c.isNull("mid_block_type"),
                    contextDim(c),
                    c.booleanValue("use_linear_projection", false),
                    c.intValue("norm_num_groups", 32),
                    c.doubleValue("norm_eps", 1e-5),
                    c.intValue("time_cond_proj_dim", 0),
                    labelled ? c.intValue("projection_class_embeddings_input_dim") : 0));
    c.refuseUnknown( // without effect here
        "addition_embed_type_num_heads",
        "mid_block_only_cross_attention",
        "projection_class_embeddings_input_dim");
    return unet;
  }

  /** Diffusers' pipelines do not trust a size below 64 that was written before version 0.9. */
  private static int sampleSize(ComponentConfig c) {
    int written = c.intValue("sample_size");
    boolean old = OLD_VERSION.matcher(c.text("_diffusers_version", "")).matches();
    return old ? Math.max(MIN_SIZE, written) : written;
  }

  private static List<Level> levels(ComponentConfig c) {
    var channels = c.ints("block_out_channels", List.of(320, 640, 1280, 1280));
    int count = channels.size();
    var layers = each(c, "layers_per_block", count, field -> c.intValue(field, 2));
    var heads = each(c, "attention_head_dim", count, field -> c.intValue(field, 8));
    var down = attention(c, "down_block_types", DOWN, count, List.of(1, 1, 1, 0));
    var up = attention(c, "up_block_types", UP, count, List.of(0, 1, 1, 1));
    String only = "only_cross_attention";
    List<Boolean> textOnly =
        c.isArray(only)
            ? c.booleans(only)
            : Collections.nCopies(count, c.booleanValue(only, false));
    Check.that(textOnly.size() == count, only, textOnly, "one for each of %s levels", count);
    List<Level> levels = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      levels.add(
          new Level(
              channels.get(i),
              layers.get(i),
              heads.get(i),
              down.get(i),
              up.get(count - 1 - i),
              textOnly.get(i)));
    }
    return levels;
  }

  /** Reads a number that holds for all levels, or one for each. */
  private static List<Integer> each(
      ComponentConfig c, String field, int count, Function<String, Integer> single) {
    List<Integer> values =
        c.isArray(field)
            ? c.ints(field, List.of())
            : Collections.nCopies(count, single.apply(field));
    Check.that(values.size() == count, field, values, "one for each of %s levels", count);
    return values;
  }

  /** Reads which blocks have transformers, in the order of the file. */
  private static List<Boolean> attention(
      ComponentConfig c, String field, List<String> names, int count, List<Integer> byDefault) {
    var types = c.texts(field, byDefault.stream().map(names::get).toList());
    Check.that(types.size() == count, field, types, "one for each of %s levels", count);
    for (String type : types) {
      Check.that(names.contains(type), field, type, "one of %s", names);
    }
    return types.stream().map(names.get(1)::equals).toList();
  }

  /** All levels attend to the same text, so a list has one width only. */
  private static int contextDim(ComponentConfig c) {
    String field = "cross_attention_dim";
    if (!c.isArray(field)) {
      return c.intValue(field, 1280);
    }
    var dims = c.ints(field, List.of());
    Check.that(dims.stream().distinct().count() == 1, field, dims, "one width for all levels");
    return dims.get(0);
  }

  @Override
  public ConfigWriter settings() {
    List<Level> up = new ArrayList<>(levels);
    Collections.reverse(up);
    return ConfigWriter.diffusers(CLASS)
        .fixed(FIXED)
        .put("attention_head_dim", levels.stream().map(Level::heads).toList())
        .put("block_out_channels", levels.stream().map(Level::channels).toList())
        .put("class_embed_type", labelDim > 0 ? "projection" : null)
        .put("cross_attention_dim", contextDim)
        .put("down_block_types", names(DOWN, levels, Level::attentionDown))
        .put("in_channels", inChannels)
        .put("layers_per_block", levels.stream().map(Level::layers).toList())
        .put("mid_block_type", middle ? MIDDLE : null)
        .put("norm_eps", eps)
        .put("norm_num_groups", groups)
        .put("only_cross_attention", levels.stream().map(Level::textOnly).toList())
        .put("out_channels", outChannels)
        .put("projection_class_embeddings_input_dim", labelDim > 0 ? labelDim : null)
        .put("sample_size", sampleSize)
        .put("time_cond_proj_dim", guidanceDim > 0 ? guidanceDim : null)
        .put("up_block_types", names(UP, up, Level::attentionUp))
        .put("use_linear_projection", linearProjection);
  }

  private static List<String> names(
      List<String> names, List<Level> levels, Function<Level, Boolean> attends) {
    return levels.stream().map(level -> names.get(attends.apply(level) ? 1 : 0)).toList();
  }

  @Override
  public ModelFolder.Component component() {
    return new ModelFolder.Component("diffusers", CLASS);
  }

  @Override
  public ConditionalUnet withGuidance(int width) {
    return new ConditionalUnet(
        sampleSize,
        inChannels,
        outChannels,
        levels,
        middle,
        contextDim,
        linearProjection,
        groups,
        eps,
        width,
        labelDim);
  }

  @Override
  public Sinusoid sinusoid() {
    return Sinusoid.of(levels.get(0).channels);
  }

  /** Returns more than one pixel at every level. */
  @Override
  public int smallest() {
    return 1 << levels.size();
  }

  /** Returns the layers of a plugin with the sizes of this network. */
  Plugin of(NamedBackbone.Requested layers) {
    return new Plugin(
        new NamedBackbone(
            layers.name(),
            layers.layers(),
            sampleSize,
            inChannels,
            outChannels,
            levels.get(0).channels,
            timeEmbedDim(),
            contextDim));
  }

  private int timeEmbedDim() {
    return 4 * levels.get(0).channels;
  }

  @Override
  public NetworkDefinition network(int height, int width, int length) {
    return (nn, inputs) -> {
      var xt = inputs.floats(NetworkDenoiser.SAMPLE, height, width, outChannels);
      int beside = besideChannels();
      var x =
          beside == 0
              ? xt
              : nn.concat(3, List.of(xt, inputs.floats(BESIDE, height, width, beside)));
      var text = nn.input(inputs.floats(CONTEXT, length, contextDim));
      return List.of(new Pass(this, nn, embedding(nn, inputs), text).forward(nn.input(x)));
    };
  }

  /** Returns the activation of the time embedding, {@code [B, 4·C]}. */
  private Tensor embedding(Nn nn, Inputs inputs) {
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, levels.get(0).channels));
    var at = nn.at("time_embedding");
    if (guidanceDim > 0) {
      var guidance = nn.input(inputs.floats(GUIDANCE, guidanceDim));
      time = nn.add(time, at.at("cond_proj").linearNoBias(guidance, time.last(), Init.FAN_IN));
    }
    var embedding = twoLayers(nn, at, time);
    if (labelDim > 0) {
      var label = nn.input(inputs.floats(LABEL, labelDim));
      embedding = nn.add(embedding, twoLayers(nn, nn.at("class_embedding"), label));
    }
    return nn.silu(embedding);
  }

  private Tensor twoLayers(Nn nn, Nn at, Tensor x) {
    var h = nn.silu(at.at("linear_1").linear(x, timeEmbedDim()));
    return at.at("linear_2").linear(h, timeEmbedDim());
  }

  /**
   * The layers of one pass through the network.
   *
   * @param time the activation of the time embedding, {@code [B, 4·C]}
   * @param text the states of the text, {@code [B, L, contextDim]}
   */
  private record Pass(ConditionalUnet unet, Nn nn, Tensor time, Tensor text) {
    Tensor forward(Tensor x) {
      int count = unet.levels.size();
      Deque<Tensor> skips = new ArrayDeque<>();
      var h = nn.at("conv_in").conv2d(x, unet.levels.get(0).channels, 3);
      skips.push(h);
      for (int i = 0; i < count; i++) {
        var level = unet.levels.get(i);
        var at = nn.at("down_blocks", i);
        for (int layer = 0; layer < level.layers; layer++) {
          h = layer(at, layer, level, level.attentionDown, h);
          skips.push(h);
        }
        if (i < count - 1) {
          h = at.at("downsamplers.0.conv").conv2d(h, level.channels, 3, 2, Init.FAN_IN);
          skips.push(h);
        }
      }
      if (unet.middle) {
        h = middle(nn.at("mid_block"), unet.levels.get(count - 1), h);
      }
      for (int i = 0; i < count; i++) {
        var level = unet.levels.get(count - 1 - i);
        var at = nn.at("up_blocks", i);
        for (int layer = 0; layer <= level.layers; layer++) {
          h = nn.concat(3, List.of(h, skips.pop()));
          h = layer(at, layer, level, level.attentionUp, h);
        }
        if (i < count - 1) {
          h = at.at("upsamplers.0.conv").conv2d(upsampled(h, skips.getFirst()), h.last(), 3);
        }
      }
      h = nn.at("conv_norm_out").groupNormSilu(h, unet.groups, unet.eps);
      return nn.output(nn.at("conv_out").conv2d(h, unet.outChannels, 3));
    }

    /**
     * Repeats each pixel twice in both directions, up to the size of the next skip. That size is
     * twice the smaller one or one less, so that pixel i is pixel ⌊i/2⌋ of the smaller in both.
     */
    private Tensor upsampled(Tensor x, Tensor skip) {
      var h = nn.upsampleNearest(x);
      long channels = x.last();
      if (h.size(2) != skip.size(2)) { // a part of each line, which oneDNN takes of the last axis
        var lines = nn.reshape(h, -1, h.size(1), h.size(2) * channels);
        lines = nn.slice(lines, 0, skip.size(2) * channels);
        h = nn.reshape(lines, -1, h.size(1), skip.size(2), channels);
      }
      return h.size(1) == skip.size(1) ? h : nn.slice(h, 1, 0, skip.size(1));
    }

    private Tensor layer(Nn at, int layer, Level level, boolean attends, Tensor x) {
      var h = residual(at.at("resnets", layer), x, level.channels);
      return attends ? transformer(at.at("attentions", layer), h, level, level.textOnly) : h;
    }

    private Tensor middle(Nn at, Level level, Tensor x) {
      var h = residual(at.at("resnets", 0), x, level.channels);
      h = transformer(at.at("attentions", 0), h, level, false);
      return residual(at.at("resnets", 1), h, level.channels);
    }

    private Tensor residual(Nn at, Tensor x, int channels) {
      var h = at.at("norm1").groupNormSilu(x, unet.groups, unet.eps);
      h = at.at("conv1").conv2d(h, channels, 3);
      var shift = at.at("time_emb_proj").linear(time, channels);
      h = nn.add(h, nn.reshape(shift, -1, 1, 1, channels));
      h = at.at("norm2").groupNormSilu(h, unet.groups, unet.eps);
      h = at.at("conv2").conv2d(h, channels, 3);
      var skip = x.last() == channels ? x : at.at("conv_shortcut").conv2d(x, channels, 1);
      return nn.add(skip, h);
    }

    private Tensor transformer(Nn at, Tensor x, Level level, boolean textOnly) {
      var h = projected(at.at("proj_in"), at.at("norm").groupNorm(x, unet.groups, TRANSFORMER_EPS));
      long width = h.last();
      h = nn.reshape(h, -1, x.size(1) * x.size(2), width);
      h =
          new BasicTransformerBlock(level.heads, textOnly)
              .forward(at.at("transformer_blocks", 0), h, text);
      h = nn.reshape(h, -1, x.size(1), x.size(2), width);
      return nn.add(x, projected(at.at("proj_out"), h));
    }

    private Tensor projected(Nn at, Tensor x) {
      return unet.linearProjection ? at.linear(x, x.last()) : at.conv2d(x, x.last(), 1);
    }
  }

  /**
   * A block of the U-Net's transformers, diffusers' class of this name: attention of the pixels to
   * each other, then to the text, and a feed-forward layer, each of the normalised value and added
   * to it.
   *
   * @param heads the number of attention heads
   * @param textOnly whether the first attention is to the text, too
   */
  record BasicTransformerBlock(int heads, boolean textOnly) {
    private static final double LAYER_NORM_EPS = 1e-5;

    /** Shapes: x {@code [B, H·W, C]}, text {@code [B, L, contextDim]} → that of x. */
    Tensor forward(Nn nn, Tensor x, Tensor text) {
      var normed = nn.at("norm1").layerNorm(x, LAYER_NORM_EPS);
      var h = nn.add(x, attention(nn.at("attn1"), normed, textOnly ? text : normed));
      h = nn.add(h, attention(nn.at("attn2"), nn.at("norm2").layerNorm(h, LAYER_NORM_EPS), text));
      h = nn.add(h, feedForward(nn.at("ff.net"), nn.at("norm3").layerNorm(h, LAYER_NORM_EPS)));
      return textOnly ? h : nn.block(x, h);
    }

    private Tensor attention(Nn at, Tensor x, Tensor seen) {
      long width = x.last();
      var q = at.at("to_q").linearNoBias(x, width, Init.FAN_IN);
      var k = at.at("to_k").linearNoBias(seen, width, Init.FAN_IN);
      var v = at.at("to_v").linearNoBias(seen, width, Init.FAN_IN);
      var mixed =
          seen.equals(x)
              ? at.selfAttention(q, k, v, heads, List.of())
              : at.attention(q, k, v, heads, List.of());
      return at.at("to_out.0").linear(mixed, width);
    }

    /** Applies the GEGLU of Shazeer (2020) and a dense layer. */
    private static Tensor feedForward(Nn at, Tensor x) {
      long width = x.last();
      var both = at.at("0.proj").linear(x, 8 * width);
      var value = at.slice(both, 0, 4 * width);
      var gate = at.slice(both, 4 * width, 4 * width);
      return at.at("2").linear(at.multiply(value, at.gelu(gate)), width);
    }
  }
}
