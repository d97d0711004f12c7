package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The shape of TAESD, a distilled autoencoder many times faster than the one with a
 * Kullback–Leibler penalty, in the words of diffusers' {@code AutoencoderTiny}. It draws nothing:
 * latents are the encoder's answer, in the scale of the denoising network.
 *
 * @param latentChannels channels of a latent, Z
 * @param channels the width of all feature maps
 * @param encoderBlocks residual blocks of each stage of the encoder, from the highest resolution
 * @param decoderBlocks residual blocks of each stage of the decoder, from the lowest resolution
 */
record TinyAutoencoder(
    int latentChannels, int channels, List<Integer> encoderBlocks, List<Integer> decoderBlocks)
    implements Vae {
  static final String CLASS = "AutoencoderTiny";

  private static final String CONFIG = "config.json";
  private static final int RGB = 3;

  /** The largest absolute value of the latents that the decoder sees. */
  private static final double BOUND = 3;

  private static final String FIXED =
      """
      {"act_fn": "relu", "force_upcast": false, "in_channels": 3, "out_channels": 3,
       "scaling_factor": 1.0, "shift_factor": 0.0, "upsample_fn": "nearest",
       "upsampling_scaling_factor": 2}
      """;

  TinyAutoencoder {
    encoderBlocks = List.copyOf(encoderBlocks);
    decoderBlocks = List.copyOf(decoderBlocks);
    Check.that(latentChannels >= 1, "latent_channels", latentChannels, "≥ 1");
    Check.that(channels >= 1, "encoder_block_out_channels", channels, "≥ 1");
    Check.that(
        !encoderBlocks.isEmpty() && encoderBlocks.stream().allMatch(blocks -> blocks >= 1),
        "num_encoder_blocks",
        encoderBlocks,
        "one block or more for each stage");
    Check.that(
        decoderBlocks.size() == encoderBlocks.size()
            && decoderBlocks.stream().allMatch(blocks -> blocks >= 1),
        "num_decoder_blocks",
        decoderBlocks,
        "one block or more for each of %s stages",
        encoderBlocks.size());
  }

  /** Returns TAESD as it was published: 512×512 pixels are 64×64 latents. */
  static TinyAutoencoder published() {
    return new TinyAutoencoder(4, 64, List.of(1, 3, 3, 3), List.of(3, 3, 3, 1));
  }

  /** Reads the settings of a folder; absent fields have diffusers' defaults. */
  static TinyAutoencoder read(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    c.expectClass(CLASS);
    c.fixed(FIXED);
    var widths = List.of(64, 64, 64, 64);
    var channels = new ArrayList<>(c.ints("encoder_block_out_channels", widths));
    channels.addAll(c.ints("decoder_block_out_channels", widths));
    if (channels.stream().distinct().count() != 1) {
      throw c.invalid("encoder_block_out_channels", channels, "one width for all stages");
    }
    var autoencoder =
        c.make(
            () ->
                new TinyAutoencoder(
                    c.intValue("latent_channels", 4),
                    channels.get(0),
                    c.ints("num_encoder_blocks", List.of(1, 3, 3, 3)),
                    c.ints("num_decoder_blocks", List.of(3, 3, 3, 1))));
    c.refuseUnknown("block_out_channels", "latent_magnitude", "latent_shift");
    return autoencoder;
  }

  @Override
  public String className() {
    return CLASS;
  }

  @Override
  public void write(Path folder) {
    var widths = Collections.nCopies(encoderBlocks.size(), channels);
    ConfigWriter.diffusers(CLASS)
        .fixed(FIXED)
        .put("decoder_block_out_channels", widths)
        .put("encoder_block_out_channels", widths)
        .put("latent_channels", latentChannels)
        .put("latent_magnitude", 3)
        .put("latent_shift", 0.5)
        .put("num_decoder_blocks", decoderBlocks)
        .put("num_encoder_blocks", encoderBlocks)
        .write(folder.resolve(CONFIG));
  }

  @Override
  public int factor() {
    return 1 << (encoderBlocks.size() - 1);
  }

  @Override
  public double scaling() {
    return 1;
  }

  @Override
  public boolean draws() {
    return false;
  }

  /** The networks compute with pixels in [0, 1]. */
  @Override
  public float encoderInput(float pixel) {
    return (pixel + 1) / 2;
  }

  @Override
  public float decoderInput(float latent) {
    return (float) (BOUND * Math.tanh(latent / BOUND));
  }

  @Override
  public float pixel(float output) {
    return 2 * output - 1;
  }

  @Override
  public NetworkDefinition encoder(int height, int width) {
    return (nn, inputs) -> {
      var h = nn.input(inputs.floats(PIXELS, height, width, RGB));
      int index = 0; // counts activations and enlargements too
      for (int stage = 0; stage < encoderBlocks.size(); stage++) {
        var at = nn.at("encoder.layers", index++);
        h = stage == 0 ? at.conv2d(h, channels, 3) : at.conv2dNoBias(h, channels, 3, 2);
        for (int block = 0; block < encoderBlocks.get(stage); block++) {
          h = block(nn, nn.at("encoder.layers", index++), h);
        }
      }
      return List.of(nn.output(nn.at("encoder.layers", index).conv2d(h, latentChannels, 3)));
    };
  }

  @Override
  public NetworkDefinition decoder(int height, int width) {
    return (nn, inputs) -> {
      var z = nn.input(inputs.floats(LATENT, height, width, latentChannels));
      int index = 0;
      var h = nn.at("decoder.layers", index++).conv2d(z, channels, 3);
      h = nn.relu(h);
      index++;
      for (int stage = 0; stage < decoderBlocks.size(); stage++) {
        for (int block = 0; block < decoderBlocks.get(stage); block++) {
          h = block(nn, nn.at("decoder.layers", index++), h);
        }
        if (stage < decoderBlocks.size() - 1) {
          h = nn.upsampleNearest(h);
          index++;
          h = nn.at("decoder.layers", index++).conv2dNoBias(h, channels, 3, 1);
        }
      }
      return List.of(nn.output(nn.at("decoder.layers", index).conv2d(h, RGB, 3)));
    };
  }

  private static Tensor block(Nn nn, Nn at, Tensor x) {
    var h = nn.relu(at.at("conv.0").conv2d(x, x.last(), 3));
    h = nn.relu(at.at("conv.2").conv2d(h, x.last(), 3));
    h = at.at("conv.4").conv2d(h, x.last(), 3);
    return nn.relu(nn.add(x, h));
  }
}
