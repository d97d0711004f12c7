package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.AutoencoderBlocks;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.decoder.unet.Normalization;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/**
 * The shape of the autoencoder with a Kullback–Leibler penalty (Rombach et al. 2022, §3.1), in the
 * words of diffusers' {@code AutoencoderKL}: an encoder from images to the mean and log-variance of
 * latents, and a decoder from latents to images.
 *
 * @param latentChannels channels of a latent, Z
 * @param blockChannels channels of each level, from the highest resolution down
 * @param layers residual blocks per level of the encoder; the decoder has one more
 * @param groups the number of groups of the group normalisations
 * @param scaling the factor of latents before noise is added
 * @param quantConv whether a 1×1 convolution is after the encoder
 * @param postQuantConv whether a 1×1 convolution is before the decoder
 */
public record Autoencoder(
    int latentChannels,
    List<Integer> blockChannels,
    int layers,
    int groups,
    double scaling,
    boolean quantConv,
    boolean postQuantConv) {
  /** The class in diffusers. */
  public static final String CLASS = "AutoencoderKL";

  /** Input of the decoder, {@code [H, W, Z]}: latents, divided by the scaling. */
  public static final String LATENT = "latent";

  /** Input of the encoder, {@code [H, W, 3]} in [−1, 1]. */
  public static final String PIXELS = "pixels";

  private static final String ENCODER = "encoder";
  private static final String DECODER = "decoder";
  private static final String QUANT = "quant_conv";
  private static final String POST_QUANT = "post_quant_conv";
  private static final String DOWN = "DownEncoderBlock2D";
  private static final String UP = "UpDecoderBlock2D";
  private static final int RGB = 3;

  private static final String FIXED =
      """
      {"act_fn": "silu", "in_channels": 3, "latents_mean": null, "latents_std": null,
       "mid_block_add_attention": true, "out_channels": 3, "shift_factor": null}
      """;

  public Autoencoder {
    blockChannels = List.copyOf(blockChannels);
    Check.that(!blockChannels.isEmpty(), "block_out_channels", blockChannels, "one level or more");
    for (int channels : blockChannels) {
      Check.that(
          groups >= 1 && channels % groups == 0,
          "block_out_channels",
          channels,
          "a multiple of norm_num_groups %s",
          groups);
    }
    Check.that(latentChannels >= 1, "latent_channels", latentChannels, "≥ 1");
    Check.that(layers >= 1, "layers_per_block", layers, "≥ 1");
    Check.that(scaling > 0, "scaling_factor", scaling, "> 0");
  }

  /** Reads the settings of a folder; absent fields have diffusers' defaults. */
  public static Autoencoder read(Path folder) {
    var c = ComponentConfig.read(folder.resolve(PixelFolders.CONFIG));
    c.expectClass(CLASS);
    c.fixed(FIXED);
    var channels = c.ints("block_out_channels", List.of(64));
    requireAll(c, "up_block_types", UP);
    requireAll(c, "down_block_types", DOWN);
    var autoencoder =
        c.make(
            () ->
                new Autoencoder(
                    c.intValue("latent_channels", 4),
                    channels,
                    c.intValue("layers_per_block", 1),
                    c.intValue("norm_num_groups", 32),
                    c.doubleValue("scaling_factor", 0.18215),
                    c.booleanValue("use_quant_conv", true),
                    c.booleanValue("use_post_quant_conv", true)));
    c.refuseUnknown("force_upcast", "sample_size");
    return autoencoder;
  }

  private static void requireAll(ComponentConfig c, String field, String type) {
    for (String block : c.texts(field, List.of())) {
      if (!block.equals(type)) {
        throw c.invalid(field, block, type);
      }
    }
  }

  /** Writes the settings into a folder. */
  public void write(Path folder) {
    ConfigWriter.diffusers(CLASS)
        .fixed(FIXED)
        .put("block_out_channels", blockChannels)
        .put("down_block_types", Collections.nCopies(blockChannels.size(), DOWN))
        .put("latent_channels", latentChannels)
        .put("layers_per_block", layers)
        .put("norm_num_groups", groups)
        .put("scaling_factor", scaling)
        .put("up_block_types", Collections.nCopies(blockChannels.size(), UP))
        .put("use_post_quant_conv", postQuantConv)
        .put("use_quant_conv", quantConv)
        .write(folder.resolve(PixelFolders.CONFIG));
  }

  /** Returns the shape with another factor of latents. */
  public Autoencoder withScaling(double other) {
    return new Autoencoder(
        latentChannels, blockChannels, layers, groups, other, quantConv, postQuantConv);
  }

  /** Returns the side of a latent, in pixels. */
  public int factor() {
    return 1 << (blockChannels.size() - 1);
  }

  /**
   * Returns the network from latents to images.
   *
   * @param height the height of the latents
   * @param width the width of the latents
   * @return a network with the output {@code [B, factor·height, factor·width, 3]}, nominally in
   *     [−1, 1]
   */
  public NetworkDefinition decoder(int height, int width) {
    return (nn, inputs) ->
        List.of(decode(nn, nn.input(inputs.floats(LATENT, height, width, latentChannels))));
  }

  /** Returns the images of latents {@code [B, H, W, Z]}, as numbers. */
  public Tensor decode(Nn nn, Tensor z) {
    var at = nn.at(DECODER);
    int levels = blockChannels.size();
    int deepest = blockChannels.get(levels - 1);
    var h = postQuantConv ? nn.at(POST_QUANT).conv2d(z, latentChannels, 1) : z;
    h = at.at("conv_in").conv2d(h, deepest, 3);
    var norm = new Normalization.Groups(groups);
    var blocks = new AutoencoderBlocks(norm);
    h = blocks.middle(at.at("mid_block"), h);
    for (int block = 0; block < levels; block++) {
      int channels = blockChannels.get(levels - 1 - block);
      var up = at.at("up_blocks", block);
      for (int layer = 0; layer <= layers; layer++) {
        h = blocks.residual(up.at("resnets", layer), h, channels);
      }
      if (block < levels - 1) {
        h = up.at("upsamplers.0.conv").conv2d(nn.upsampleNearest(h), channels, 3);
      }
    }
    h = norm.activated(at.at("conv_norm_out"), h);
    return nn.output(at.at("conv_out").conv2d(h, RGB, 3));
  }

  /**
   * Returns the network from images to latents. A side that is no multiple of the factor is rounded
   * down.
   *
   * @param height the height of the image
   * @param width the width of the image
   * @return a network with the output {@code [B, height / factor, width / factor, 2·Z]}: the mean,
   *     then the log-variance, not clamped
   */
  public NetworkDefinition encoder(int height, int width) {
    return (nn, inputs) -> List.of(encode(nn, nn.input(inputs.floats(PIXELS, height, width, RGB))));
  }

  /** Returns the mean and log-variance of the latents of images, as numbers. */
  public Tensor encode(Nn nn, Tensor x) {
    var norm = new Normalization.Groups(groups);
    var blocks = new AutoencoderBlocks(norm);
    var at = nn.at(ENCODER);
    int levels = blockChannels.size();
    var h = at.at("conv_in").conv2d(x, blockChannels.get(0), 3);
    for (int level = 0; level < levels; level++) {
      int channels = blockChannels.get(level);
      var down = at.at("down_blocks", level);
      for (int layer = 0; layer < layers; layer++) {
        h = blocks.residual(down.at("resnets", layer), h, channels);
      }
      if (level < levels - 1) {
        h = down.at("downsamplers.0.conv").conv2d(h, channels, 3, 2, 0, Init.FAN_IN);
      }
    }
    h = blocks.middle(at.at("mid_block"), h);
    h = norm.activated(at.at("conv_norm_out"), h);
    h = at.at("conv_out").conv2d(h, 2L * latentChannels, 3);
    return nn.output(quantConv ? nn.at(QUANT).conv2d(h, 2L * latentChannels, 1) : h);
  }

  /** Whether a tensor of a checkpoint is a parameter of the decoder. */
  public static boolean isOfDecoder(String name) {
    return name.startsWith(DECODER + ".") || name.startsWith(POST_QUANT + ".");
  }

  /** Whether a tensor of a checkpoint is a parameter of the encoder. */
  public static boolean isOfEncoder(String name) {
    return name.startsWith(ENCODER + ".") || name.startsWith(QUANT + ".");
  }

  /** Returns the weights of the decoder, under current names. */
  Manifest decoderManifest() {
    return Manifest.of(decoder(1, 1)).ignoring(name -> !isOfDecoder(name));
  }

  /**
   * Returns the weights of a folder that the decoder needs; attention may have its names from
   * before 2023.
   */
  static TensorSource fromFolder(TensorSource stored) {
    return CurrentNames.of(stored).only(Autoencoder::isOfDecoder);
  }
}
