package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.TextProjection;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.Compute;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * A decoder to measure.
 *
 * @param name name in the table
 * @param config the configuration of its network
 * @param projection makes its conditioning
 * @param textLength positions of a text
 * @param loader loads it with weights
 */
public record DecoderSubject(
    String name,
    Backbone config,
    TextProjection projection,
    int textLength,
    Function<Compute, DecoderModel> loader) {
  private static final double EPS = 1e-5;
  private static final int EXTRA_TOKENS = 4;
  private static final int TEXT_LENGTH = 24;
  private static final long SEED = 20_260_101;

  /** Returns S: 32×32 pixels, 19 million parameters, 28 context tokens. */
  public static DecoderSubject small() {
    return random("S", unet(32, List.of(64, 128, 256), List.of(false, true, true), 2, 32, 256, 32));
  }

  /** Returns M: 64×64 pixels, 108 million parameters, 28 context tokens. */
  public static DecoderSubject medium() {
    return random(
        "M",
        unet(64, List.of(128, 256, 384, 512), List.of(false, true, true, true), 2, 64, 512, 32));
  }

  /** Returns XS: small enough for a test. */
  public static DecoderSubject extraSmall() {
    return random("XS", unet(16, List.of(16, 32), List.of(false, true), 1, 16, 32, 8));
  }

  private static UnetConfig unet(
      int size,
      List<Integer> channels,
      List<Boolean> attention,
      int layers,
      int headDim,
      int contextDim,
      int groups) {
    return new UnetConfig(
        size,
        3,
        6,
        channels,
        attention,
        true,
        layers,
        headDim,
        contextDim,
        groups,
        EPS,
        TimeConditioning.SCALE_SHIFT);
  }

  private static DecoderSubject random(String name, Backbone config) {
    var projection =
        new TextProjection(
            EXTRA_TOKENS, config.contextDim(), config.timeEmbedDim(), config.contextDim());
    return new DecoderSubject(
        name,
        config,
        projection,
        TEXT_LENGTH,
        precision -> DecoderModel.random(config, projection, TEXT_LENGTH, SEED, precision));
  }

  /** Returns the decoder of a pipeline folder, under the folder's name. */
  public static DecoderSubject of(Path folder) {
    var model = ModelFolder.open(folder);
    model.require("decoder", "text_proj", "text_encoder", "decoder_scheduler");
    Path unet = model.folder("decoder");
    Path projection = model.folder("text_proj");
    int textLength = ClipFolders.readText(model.folder("text_encoder")).positions();
    var scheduler = model.scheduler("decoder_scheduler");
    return new DecoderSubject(
        "of the model",
        DecoderFolders.readBackbone(unet),
        DecoderFolders.readProjection(projection),
        textLength,
        compute -> DecoderModel.load(unet, projection, textLength, scheduler, compute));
  }

  int contextLength() {
    return projection.extraTokens() + textLength;
  }

  /** Returns the network of the decoder. */
  public NetworkDefinition network() {
    return DecoderModel.network(config, contextLength());
  }
}
