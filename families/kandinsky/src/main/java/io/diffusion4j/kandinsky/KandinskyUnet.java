package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetSettings;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.weights.Init;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The shape of Kandinsky's U-Net: the blocks of unCLIP's decoder over latents, conditioned on an
 * image embedding alone. The keys are those of diffusers' {@code UNet2DConditionModel} with {@code
 * encoder_hid_dim_type} {@code image_proj}.
 *
 * <p>The shape defines three networks with one file of weights, because values that depend only on
 * the condition are computed once for all steps: {@link #projection}, {@link #hint} and {@link
 * #denoiser}.
 *
 * @param unet the blocks
 * @param embeddingDim the dimension of CLIP's image embeddings, E
 * @param concat the inputs besides the noised latents
 */
public record KandinskyUnet(UnetConfig unet, int embeddingDim, ConcatConditioning concat) {
  /** The number of context tokens made from an image embedding; it is in no configuration file. */
  static final int TOKENS = 32;

  /** Input {@code [E]}: the image embedding. */
  public static final String EMBEDDING = "embedding";

  /** Input {@code [TOKENS, contextDim]}: the first output of the projection. */
  static final String CONTEXT = "context";

  /** Input {@code [timeEmbedDim]}: the second output of the projection. */
  static final String TIME_ADD = "time_add";

  /** Input of the denoiser {@code [H, W, C]}: the input besides the noised latents. */
  public static final String CONCAT = "beside";

  /** Input of the hint network {@code [8·H, 8·W, 3]}: a hint in [0, 1]. */
  static final String HINT = "hint";

  /** The width and height of a latent in pixels of a hint, as in the published MoVQ. */
  static final int HINT_FACTOR = 8;

  private static final double EPS = 1e-5;
  private static final String HINT_BLOCK = "add_embedding.input_hint_block";
  private static final int HINT_CHANNELS = 4;

  /** The layers of the hint network except the last convolution, in the order of the checkpoint. */
  private static final List<HintLayer> HINT_LAYERS =
      List.of(
          new HintLayer(16, 1),
          new HintLayer(16, 1),
          new HintLayer(32, 2),
          new HintLayer(32, 1),
          new HintLayer(96, 2),
          new HintLayer(96, 1),
          new HintLayer(256, 2));

  private record HintLayer(int channels, int stride) {}

  private static final String CONFIG = "config.json";
  private static final String FIXED =
      """
      {"class_embed_type": null, "encoder_hid_dim_type": "image_proj"}
      """;

  /** The network's input besides the noised latents. */
  public enum ConcatConditioning {
    /** No further input, for text to image. */
    NOTHING("image"),
    /** The known latents and their mask, for inpainting. */
    KNOWN("image"),
    /** The encoding of a picture of hints, such as a depth map, for ControlNet. */
    HINT("image_hint");

    private final String type;

    ConcatConditioning(String type) {
      this.type = type;
    }

    /** Returns the channels of the additional input, for latents of this many channels. */
    int channels(int latent) {
      return switch (this) {
        case NOTHING -> 0;
        case KNOWN -> latent + 1;
        case HINT -> HINT_CHANNELS;
      };
    }
  }

  public KandinskyUnet {
    Check.that(embeddingDim >= 1, "encoder_hid_dim", embeddingDim, "≥ 1");
    Check.that(
        unet.outChannels() % 2 == 0,
        "out_channels",
        unet.outChannels(),
        "even: the noise and the variance of each latent channel");
    int latent = unet.outChannels() / 2;
    Check.that(
        unet.inChannels() == latent + concat.channels(latent),
        "in_channels",
        unet.inChannels(),
        "%s",
        latent + concat.channels(latent));
  }

  /** Returns the published shape for one of the three uses. */
  static KandinskyUnet published(ConcatConditioning concat) {
    return new KandinskyUnet(
        new UnetConfig(
            64,
            4 + concat.channels(4),
            8,
            List.of(384, 768, 1152, 1536),
            List.of(false, true, true, true),
            true,
            3,
            64,
            768,
            32,
            EPS,
            UnetConfig.TimeConditioning.SCALE_SHIFT),
        1280,
        concat);
  }

  /** Reads the settings of a folder; absent fields have diffusers' defaults. */
  public static KandinskyUnet read(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    c.fixed(FIXED);
    c.text("encoder_hid_dim_type"); // must be there
    c.supports(
        "addition_embed_type", ConcatConditioning.NOTHING.type, ConcatConditioning.HINT.type);
    boolean hinted = c.text("addition_embed_type").equals(ConcatConditioning.HINT.type);
    var blocks = UnetSettings.CONDITIONED.read(c);
    int latent = blocks.outChannels() / 2;
    ConcatConditioning plain =
        blocks.inChannels() == latent ? ConcatConditioning.NOTHING : ConcatConditioning.KNOWN;
    int embedding = c.intValue("encoder_hid_dim");
    var unet =
        c.make(
            () -> new KandinskyUnet(blocks, embedding, hinted ? ConcatConditioning.HINT : plain));
    c.refuseUnknown();
    return unet;
  }

  /** Writes the settings into a folder. */
  public void write(Path folder) {
    UnetSettings.CONDITIONED
        .put(unet)
        .fixed(FIXED)
        .put("addition_embed_type", concat.type)
        .put("encoder_hid_dim", embeddingDim)
        .write(folder.resolve(CONFIG));
  }

  /** Returns the channels of the latents. */
  public int latentChannels() {
    return unet.outChannels() / 2;
  }

  /** Whether a tensor of a checkpoint is a parameter of {@link #projection}. */
  static boolean isOfProjection(String name) {
    return name.startsWith("encoder_hid_proj.")
        || (name.startsWith("add_embedding.") && !isOfHint(name));
  }

  /** Whether a tensor of a checkpoint is a parameter of {@link #hint}. */
  static boolean isOfHint(String name) {
    return name.startsWith(HINT_BLOCK + ".");
  }

  /** Whether a tensor of a checkpoint is a parameter of {@link #denoiser}. */
  static boolean isOfDenoiser(String name) {
    return !isOfProjection(name) && !isOfHint(name);
  }

  /** Returns the expected weights of a folder. */
  public Manifest manifest() {
    int least = 1 << (unet.levels().size() - 1);
    return Manifest.of(
        (nn, inputs) -> {
          List<Tensor> outputs = new ArrayList<>(projection().define(nn, inputs));
          if (concat == ConcatConditioning.HINT) {
            outputs.addAll(hint(1, 1).define(nn, inputs));
          }
          outputs.addAll(denoiser(least, least, false).define(nn, inputs));
          return outputs;
        });
  }

  /**
   * Outputs: the context tokens of an embedding, and the vector that is added to the time
   * embedding.
   */
  NetworkDefinition projection() {
    return (nn, inputs) -> {
      var conditioning = project(nn, nn.input(inputs.floats(EMBEDDING, embeddingDim)));
      return List.of(nn.output(conditioning.context()), nn.output(conditioning.timeAdd()));
    };
  }

  /** Computes the conditioning of the blocks by an image embedding {@code [B, E]}. */
  Conditioning project(Nn nn, Tensor embedding) {
    int dim = unet.contextDim();
    var at = nn.at("encoder_hid_proj");
    var tokens = at.at("image_embeds").linear(embedding, (long) TOKENS * dim);
    var context = at.at("norm").layerNorm(nn.reshape(tokens, -1, TOKENS, dim), EPS);
    var add = nn.at("add_embedding.image_proj").linear(embedding, unet.timeEmbedDim());
    return new Conditioning(context, nn.at("add_embedding.image_norm").layerNorm(add, EPS));
  }

  /**
   * The conditioning of the blocks.
   *
   * @param context {@code [B, TOKENS, contextDim]}
   * @param timeAdd {@code [B, timeEmbedDim]}
   */
  record Conditioning(Tensor context, Tensor timeAdd) {}

  /**
   * Encodes a hint for the denoiser.
   *
   * @param height the height of the latents
   * @param width the width of the latents
   * @return a network with the output {@code [B, height, width, 4]}
   */
  NetworkDefinition hint(int height, int width) {
    return (nn, inputs) -> {
      long tall = (long) HINT_FACTOR * height;
      long wide = (long) HINT_FACTOR * width;
      var h = nn.input(inputs.floats(HINT, tall, wide, 3));
      int index = 0; // counts activations too
      for (var layer : HINT_LAYERS) {
        var at = nn.at(HINT_BLOCK, index);
        h = nn.silu(at.conv2d(h, layer.channels, 3, layer.stride, Init.FAN_IN));
        index += 2;
      }
      return List.of(nn.output(nn.at(HINT_BLOCK, index).conv2d(h, HINT_CHANNELS, 3)));
    };
  }

  /**
   * Returns the denoiser of latents.
   *
   * @param height the height of the latents
   * @param width the width of the latents
   * @param variance whether the learned variance is an output too
   * @return a network with the prediction as its first output, {@code [B, height, width, Z]}
   */
  public NetworkDefinition denoiser(int height, int width, boolean variance) {
    return (nn, inputs) -> {
      var context = inputs.floats(CONTEXT, TOKENS, unet.contextDim());
      var timeAdd = inputs.floats(TIME_ADD, unet.timeEmbedDim());
      var conditioning = new Conditioning(nn.input(context), nn.input(timeAdd));
      return outputs(nn, inputs, height, width, conditioning, variance);
    };
  }

  /**
   * Returns the prediction {@code [B, H, W, Z]}, and, if requested, the variance of the same shape.
   */
  List<Tensor> outputs(
      Nn nn, Inputs inputs, int height, int width, Conditioning conditioning, boolean variance) {
    var out = denoise(nn, inputs, height, width, conditioning);
    int latent = latentChannels();
    var mean = nn.slice(out, 0, latent);
    return variance ? List.of(mean, nn.slice(out, latent, latent)) : List.of(mean);
  }

  /** Returns the prediction and the variance {@code [B, H, W, 2·Z]} of the noised latents. */
  Tensor denoise(Nn nn, Inputs inputs, int height, int width, Conditioning conditioning) {
    var xt = inputs.floats(NetworkDenoiser.SAMPLE, height, width, latentChannels());
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, unet.timeChannels()));
    int channels = concat.channels(latentChannels());
    var x =
        channels == 0
            ? xt
            : nn.concat(3, List.of(xt, inputs.floats(CONCAT, height, width, channels)));
    return unet.forward(
        nn,
        nn.input(x),
        time,
        List.of(conditioning.timeAdd()),
        List.of(Context.whole(conditioning.context())));
  }
}
