package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.decoder.unet.AutoencoderBlocks;
import io.diffusion4j.decoder.unet.Normalization;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The shape of MoVQ (Zheng et al. 2022), the autoencoder of Kandinsky, in the words of diffusers'
 * {@code VQModel}. Latents are used as the encoder makes them: neither scaled nor quantised.
 *
 * @param latentChannels channels of a latent
 * @param codeChannels channels of a code, {@code vq_embed_dim}; those of a latent on disk
 * @param codes the number of codes in the codebook, which no pipeline of Kandinsky reads
 * @param blockChannels channels of each level, from the highest resolution down
 * @param attentionDown the levels with attention: for each level, whether the encoder's residual
 *     blocks are followed by attention
 * @param attentionUp the levels with attention in the decoder
 * @param layers residual blocks per level of the encoder; the decoder has one more
 * @param groups the number of groups of the encoder's normalisations
 */
public record Movq(
    int latentChannels,
    int codeChannels,
    int codes,
    List<Integer> blockChannels,
    List<Boolean> attentionDown,
    List<Boolean> attentionUp,
    int layers,
    int groups) {
  static final String CLASS = "VQModel";

  /** Input of the decoder, {@code [H, W, Z]}. */
  static final String LATENT = "latent";

  /** Input of the encoder, {@code [H, W, 3]} in [−1, 1]. */
  static final String PIXELS = "pixels";

  private static final String CONFIG = "config.json";
  private static final String ENCODER = "encoder";
  private static final String DECODER = "decoder";
  private static final String QUANT = "quant_conv";
  private static final String POST_QUANT = "post_quant_conv";
  private static final String CODEBOOK = "quantize.embedding.weight";
  private static final int RGB = 3;
  private static final List<String> DOWN = List.of("DownEncoderBlock2D", "AttnDownEncoderBlock2D");
  private static final List<String> UP = List.of("UpDecoderBlock2D", "AttnUpDecoderBlock2D");

  private static final String FIXED =
      """
      {"act_fn": "silu", "force_upcast": false, "in_channels": 3, "lookup_from_codebook": false,
       "mid_block_add_attention": true, "out_channels": 3}
      """;

  public Movq {
    blockChannels = List.copyOf(blockChannels);
    attentionDown = List.copyOf(attentionDown);
    attentionUp = List.copyOf(attentionUp);
    int levels = blockChannels.size();
    Check.that(levels >= 1, "block_out_channels", blockChannels, "one level or more");
    Check.that(attentionDown.size() == levels, "down_block_types", attentionDown, "%s", levels);
    Check.that(attentionUp.size() == levels, "up_block_types", attentionUp, "%s", levels);
    for (int channels : blockChannels) {
      Check.that(
          groups >= 1
              && channels > 0
              && channels % groups == 0
              && channels % SpatialNormalization.GROUPS == 0,
          "block_out_channels",
          channels,
          "a multiple of norm_num_groups %s and of the decoder's %s",
          groups,
          SpatialNormalization.GROUPS);
    }
    Check.that(latentChannels >= 1, "latent_channels", latentChannels, "≥ 1");
    Check.that(codeChannels == latentChannels, "vq_embed_dim", codeChannels, "%s", latentChannels);
    Check.that(codes >= 1, "num_vq_embeddings", codes, "≥ 1");
    Check.that(layers >= 1, "layers_per_block", layers, "≥ 1");
  }

  /** Returns the published shape: 512×512 pixels are 64×64 latents. */
  static Movq published() {
    return new Movq(
        4,
        4,
        16384,
        List.of(128, 256, 256, 512),
        List.of(false, false, false, true),
        List.of(false, false, false, true),
        2,
        32);
  }

  /** Reads the settings of a folder; absent fields have diffusers' defaults. */
  static Movq read(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    c.expectClass(CLASS);
    c.fixed(FIXED);
    if (!c.text("norm_type", "group").equals("spatial")) {
      throw c.invalid("norm_type", c.text("norm_type", "group"), "spatial");
    }
    int latent = c.intValue("latent_channels", 3);
    var movq =
        c.make(
            () ->
                new Movq(
                    latent,
                    c.intValue("vq_embed_dim", latent),
                    c.intValue("num_vq_embeddings", 256),
                    c.ints("block_out_channels", List.of(64)),
                    attention(c, "down_block_types", DOWN),
                    deepestLast(attention(c, "up_block_types", UP)),
                    c.intValue("layers_per_block", 1),
                    c.intValue("norm_num_groups", 32)));
    c.refuseUnknown("sample_size", "scaling_factor");
    return movq;
  }

  private static List<Boolean> attention(ComponentConfig c, String field, List<String> names) {
    List<Boolean> levels = new ArrayList<>();
    for (String type : c.texts(field, names.subList(0, 1))) {
      if (!names.contains(type)) {
        throw c.invalid(field, type, "one of " + names);
      }
      levels.add(type.equals(names.get(1)));
    }
    return levels;
  }

  private static List<Boolean> deepestLast(List<Boolean> deepestFirst) {
    List<Boolean> levels = new ArrayList<>(deepestFirst);
    Collections.reverse(levels);
    return levels;
  }

  /** Writes the settings into a folder. */
  void write(Path folder) {
    ConfigWriter.diffusers(CLASS)
        .fixed(FIXED)
        .put("block_out_channels", blockChannels)
        .put("down_block_types", attentionDown.stream().map(a -> DOWN.get(a ? 1 : 0)).toList())
        .put("latent_channels", latentChannels)
        .put("layers_per_block", layers)
        .put("norm_num_groups", groups)
        .put("norm_type", "spatial")
        .put("num_vq_embeddings", codes)
        .put(
            "up_block_types",
            deepestLast(attentionUp).stream().map(a -> UP.get(a ? 1 : 0)).toList())
        .put("vq_embed_dim", codeChannels)
        .write(folder.resolve(CONFIG));
  }

  /** Returns the width and height of a latent in pixels. */
  public int factor() {
    return 1 << (blockChannels.size() - 1);
  }

  private int levels() {
    return blockChannels.size();
  }

  /** Whether a tensor of a checkpoint is a parameter of the decoder. */
  static boolean isOfDecoder(String name) {
    return name.startsWith(DECODER + ".") || name.startsWith(POST_QUANT + ".");
  }

  /** Whether a tensor of a checkpoint is a parameter of the encoder. */
  static boolean isOfEncoder(String name) {
    return name.startsWith(ENCODER + ".") || name.startsWith(QUANT + ".");
  }

  /** Returns the expected weights of a folder. */
  Manifest manifest() {
    NetworkDefinition both =
        (nn, inputs) -> {
          List<Tensor> outputs = new ArrayList<>(encoder(1, 1).define(nn, inputs));
          outputs.addAll(decoder(1, 1).define(nn, inputs));
          outputs.add(nn.parameter(CODEBOOK, Init.uniform(1.0 / codes), codes, codeChannels));
          return outputs;
        };
    return Manifest.of(both);
  }

  /**
   * Returns the network from latents to pictures.
   *
   * @param height the height of the latents
   * @param width the width of the latents
   * @return a network with the output {@code [B, factor·height, factor·width, 3]}, nominally in
   *     [−1, 1]
   */
  public NetworkDefinition decoder(int height, int width) {
    return (nn, inputs) -> {
      var z = nn.input(inputs.floats(LATENT, height, width, latentChannels));
      var norm = new SpatialNormalization(z);
      var blocks = new AutoencoderBlocks(norm);
      var at = nn.at(DECODER);
      var h = nn.at(POST_QUANT).conv2d(z, latentChannels, 1);
      h = at.at("conv_in").conv2d(h, blockChannels.get(levels() - 1), 3);
      h = blocks.middle(at.at("mid_block"), h);
      for (int level = levels() - 1; level >= 0; level--) {
        int channels = blockChannels.get(level);
        var up = at.at("up_blocks", levels() - 1 - level);
        for (int layer = 0; layer <= layers; layer++) {
          h = blocks.residual(up.at("resnets", layer), h, channels);
          if (attentionUp.get(level)) {
            h = blocks.attention(up.at("attentions", layer), h);
          }
        }
        if (level > 0) {
          h = up.at("upsamplers.0.conv").conv2d(nn.upsampleNearest(h), channels, 3);
          norm = norm.enlarged(nn);
          blocks = new AutoencoderBlocks(norm);
        }
      }
      h = norm.activated(at.at("conv_norm_out"), h);
      return List.of(nn.output(at.at("conv_out").conv2d(h, RGB, 3)));
    };
  }

  /**
   * Returns the network from pictures to latents.
   *
   * @param height the height of the latents
   * @param width the width of the latents
   * @return a network with the output {@code [B, height, width, Z]}
   */
  NetworkDefinition encoder(int height, int width) {
    return (nn, inputs) -> {
      long tall = (long) factor() * height;
      long wide = (long) factor() * width;
      var norm = new Normalization.Groups(groups);
      var blocks = new AutoencoderBlocks(norm);
      var at = nn.at(ENCODER);
      var x = nn.input(inputs.floats(PIXELS, tall, wide, RGB));
      var h = at.at("conv_in").conv2d(x, blockChannels.get(0), 3);
      for (int level = 0; level < levels(); level++) {
        int channels = blockChannels.get(level);
        var down = at.at("down_blocks", level);
        for (int layer = 0; layer < layers; layer++) {
          h = blocks.residual(down.at("resnets", layer), h, channels);
          if (attentionDown.get(level)) {
            h = blocks.attention(down.at("attentions", layer), h);
          }
        }
        if (level < levels() - 1) {
          h = down.at("downsamplers.0.conv").conv2d(h, channels, 3, 2, 0, Init.FAN_IN);
        }
      }
      h = blocks.middle(at.at("mid_block"), h);
      h = norm.activated(at.at("conv_norm_out"), h);
      h = at.at("conv_out").conv2d(h, latentChannels, 3);
      return List.of(nn.output(nn.at(QUANT).conv2d(h, codeChannels, 1)));
    };
  }

  /**
   * Spatially conditioned normalisation (MoVQ, Zheng et al. 2022, §3.2): group normalisation,
   * scaled and shifted at each pixel by the latent there. The keys are those of diffusers' {@code
   * SpatialNorm}.
   *
   * @param latent the latents, enlarged to the size of the feature maps, {@code [B, H, W, Z]}
   */
  private record SpatialNormalization(Tensor latent) implements Normalization {
    /** The number of groups, which no configuration changes. */
    static final int GROUPS = 32;

    /** Returns the same normalisation for feature maps twice as high and wide. */
    SpatialNormalization enlarged(Nn nn) {
      return new SpatialNormalization(nn.upsampleNearest(latent));
    }

    @Override
    public Tensor activated(Nn nn, Tensor x) {
      return nn.silu(plain(nn, x));
    }

    @Override
    public Tensor plain(Nn nn, Tensor x) {
      var normed = nn.at("norm_layer").groupNorm(x, GROUPS, Groups.EPS);
      var scale = nn.at("conv_y").conv2d(latent, x.last(), 1);
      var shift = nn.at("conv_b").conv2d(latent, x.last(), 1);
      return nn.add(nn.multiply(normed, scale), shift);
    }

    @Override
    public String attentionName() {
      return "spatial_norm";
    }
  }
}
