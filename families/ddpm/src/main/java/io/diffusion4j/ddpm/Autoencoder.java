package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.AutoencoderBlocks;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.decoder.unet.Normalization;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.nio.file.Path;
import java.util.List;

/**
 * The decoding half of diffusers' {@code AutoencoderKL} (Rombach et al. 2022), from latents to
 * images. The encoder's weights are not read.
 *
 * @param latentChannels channels of a latent
 * @param blockChannels channels of each level, from the highest resolution down
 * @param layers residual blocks per level of the encoder; the decoder has one more
 * @param groups the number of groups of the group normalisations
 * @param scaling the factor of latents before noise is added
 * @param height the height of the latents
 * @param width the width of the latents
 */
record Autoencoder(
    int latentChannels,
    List<Integer> blockChannels,
    int layers,
    int groups,
    double scaling,
    int height,
    int width)
    implements NetworkDefinition {
  static final String CLASS = "AutoencoderKL";
  static final String LATENT = "latent";

  private static final String DECODER = "decoder";
  private static final String AFTER_QUANTISATION = "post_quant_conv";
  private static final int RGB = 3;

  private static final String FIXED =
      """
      {"act_fn": "silu", "in_channels": 3, "latents_mean": null, "latents_std": null,
       "mid_block_add_attention": true, "out_channels": 3, "shift_factor": null,
       "use_post_quant_conv": true}
      """;

  Autoencoder {
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

  /**
   * Reads the settings of a folder; absent fields have diffusers' defaults.
   *
   * @param height the height of the latents
   * @param width the width of the latents
   */
  static Autoencoder read(Path folder, int height, int width) {
    var c = ComponentConfig.read(folder.resolve(PixelFolders.CONFIG));
    c.expectClass(CLASS);
    c.fixed(FIXED);
    var channels = c.ints("block_out_channels", List.of(64));
    requireAll(c, "up_block_types", "UpDecoderBlock2D");
    requireAll(c, "down_block_types", "DownEncoderBlock2D");
    var autoencoder =
        c.make(
            () ->
                new Autoencoder(
                    c.intValue("latent_channels", 4),
                    channels,
                    c.intValue("layers_per_block", 1),
                    c.intValue("norm_num_groups", 32),
                    c.doubleValue("scaling_factor", 0.18215),
                    height,
                    width));
    c.refuseUnknown("force_upcast", "sample_size", "use_quant_conv");
    return autoencoder;
  }

  private static void requireAll(ComponentConfig c, String field, String type) {
    for (String block : c.texts(field, List.of())) {
      if (!block.equals(type)) {
        throw c.invalid(field, block, type);
      }
    }
  }

  /** Returns the side of a latent, in pixels. */
  int factor() {
    return 1 << (blockChannels.size() - 1);
  }

  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    var z = nn.input(inputs.floats(LATENT, height, width, latentChannels));
    var at = nn.at(DECODER);
    int levels = blockChannels.size();
    int deepest = blockChannels.get(levels - 1);
    var h = nn.at(AFTER_QUANTISATION).conv2d(z, latentChannels, 1);
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
    return List.of(nn.output(at.at("conv_out").conv2d(h, RGB, 3)));
  }

  private static boolean isRead(String name) {
    return name.startsWith(DECODER + ".") || name.startsWith(AFTER_QUANTISATION + ".");
  }

  /** Returns the expected weights of a folder, under current names. */
  Manifest manifest() {
    return Manifest.of(this).ignoring(name -> !isRead(name));
  }

  /**
   * Returns the weights of a folder that the decoding half needs; attention may have its names from
   * before 2023.
   */
  static TensorSource fromFolder(TensorSource stored) {
    return CurrentNames.of(stored).only(Autoencoder::isRead);
  }
}
