package io.diffusion4j.glide;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetNetwork;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.PerturbedNetwork;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One of GLIDE's networks with its weights: a U-Net, and its text transformer, which runs once for
 * all steps. Thread-safe; holds native memory until it is closed.
 */
public final class GlideModel implements TextEncoder, AutoCloseable {
  private final GlideConfig config;
  private final Parameterization predicted;
  private final Gpt2Tokenizer tokenizer;
  private final CompiledNetwork text;
  private final CompiledNetwork unet;

  private GlideModel(
      GlideConfig config,
      Parameterization predicted,
      Gpt2Tokenizer tokenizer,
      Checkpoint checkpoint,
      Compute compute) {
    this.config = config;
    this.predicted = predicted;
    this.tokenizer = tokenizer;
    var words = checkpoint.only(GlideTextNetwork::owns);
    var pixels = checkpoint.only(key -> !GlideTextNetwork.owns(key));
    text = new CompiledNetwork(new GlideTextNetwork(config), words, compute);
    try {
      var network = new UnetNetwork(config.unet(), config.textLength());
      unet = new CompiledNetwork(network, pixels, compute);
    } catch (RuntimeException | Error e) {
      text.close();
      throw e;
    }
  }

  /**
   * Loads a folder in the layout of {@link GlideFolders}.
   *
   * @throws IllegalArgumentException if the tokenizer has another vocabulary
   */
  public static GlideModel load(Path folder, Gpt2Tokenizer tokenizer, Compute compute) {
    var config = GlideFolders.read(folder);
    config.requireFits(tokenizer);
    var predicted = GlideFolders.scheduler(folder).parameterization();
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      return new GlideModel(config, predicted, tokenizer, checkpoint, compute);
    }
  }

  /** Returns the shape of the network. */
  public GlideConfig config() {
    return config;
  }

  /** Returns the number of layers of self-attention in the U-Net. */
  int attentions() {
    return PerturbedNetwork.attentions(new UnetNetwork(config.unet(), config.textLength()));
  }

  /**
   * Returns the encoder of texts for this network's U-Net only: the hidden states {@code [L, W]}
   * after the last norm, and, as the embedding, the vector that is added to the time embedding. The
   * empty text is the unconditional one.
   */
  @Override
  public List<TextEncoding> encode(List<String> prompts) {
    return encodeTokens(
        prompts.stream().map(prompt -> tokenizer.encode(prompt, config.textLength())).toList());
  }

  @Override
  public Optional<String> truncation(String text) {
    return tokenizer
        .encode(text, config.textLength())
        .truncatedAt()
        .map(
            rest ->
                "not read from \""
                    + rest
                    + "\" on; the model reads "
                    + config.textLength()
                    + " tokens");
  }

  List<TextEncoding> encodeTokens(List<Tokens> tokens) {
    if (tokens.isEmpty()) {
      return List.of();
    }
    int rows = tokens.size();
    int length = config.textLength();
    int[] ids = new int[rows * length];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(tokens.get(row).ids(), 0, ids, row * length, length);
    }
    var present = tokens.stream().map(t -> Rows.ones(t.mask())).toList();
    var outputs =
        text.run(
            new Batch(rows)
                .ints(GlideTextNetwork.TOKENS, ids)
                .floats(GlideTextNetwork.PRESENT, Rows.stack(present)));
    var states = Rows.unstack(outputs.get(0), rows);
    var timeAdds = Rows.unstack(outputs.get(1), rows);
    List<TextEncoding> encodings = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      encodings.add(new TextEncoding(states.get(row), tokens.get(row).mask(), timeAdds.get(row)));
    }
    return encodings;
  }

  /**
   * Returns the U-Net, which predicts the noise, or what the scheduler of a student names.
   *
   * <p>It throws {@link IllegalArgumentException} for a condition of another kind than in training.
   */
  public Denoiser<GlideCondition> denoiser() {
    return new NetworkDenoiser<>(unet, predicted, config.unet().timeChannels(), feed(config));
  }

  /** Returns the inputs of the U-Net's conditions. */
  static NetworkDenoiser.Conditions<GlideCondition> feed(GlideConfig config) {
    return (batch, conditions) -> feed(config.unet(), batch, conditions);
  }

  private static void feed(UnetConfig unet, Batch batch, List<GlideCondition> conditions) {
    int size = unet.sampleSize();
    var texts = conditions.stream().map(GlideCondition::text).toList();
    batch
        .floats(UnetNetwork.CONTEXT, Rows.stack(texts.stream().map(TextEncoding::hidden).toList()))
        .floats(
            UnetNetwork.TIME_ADD, Rows.stack(texts.stream().map(TextEncoding::embedding).toList()));
    var beside = unet.beside();
    conditions.forEach(
        condition -> {
          require(condition.low().isPresent() == beside.low(), "low", beside.low());
          require(condition.known().isEmpty() || beside.known(), "known", beside.known());
        });
    if (beside.low()) {
      batch.floats(
          ConcatConditioning.LOW_INPUT,
          Rows.stack(
              conditions.stream().map(c -> pixels("low", c.low().orElseThrow(), size)).toList()));
    }
    if (beside.known()) {
      var known = conditions.stream().map(c -> c.known().orElseGet(() -> nothing(size))).toList();
      batch
          .floats(
              ConcatConditioning.IMAGE_INPUT,
              Rows.stack(known.stream().map(k -> pixels("known", k.image(), size)).toList()))
          .floats(
              ConcatConditioning.MASK_INPUT,
              Rows.stack(known.stream().map(GlideCondition.Known::mask).toList()));
    }
  }

  private static void require(boolean holds, String name, boolean expected) {
    if (!holds) {
      String there = expected ? "absent" : "given";
      throw Check.refusal(name, there, expected ? "an image" : "none");
    }
  }

  private static float[] pixels(String name, Image image, int size) {
    image.requireSize(name, size, size, "");
    return image.pixels();
  }

  private static GlideCondition.Known nothing(int size) {
    return new GlideCondition.Known(
        new Image(size, size, new float[size * size * 3]), new float[size * size]);
  }

  @Override
  public void close() {
    unet.close();
    text.close();
  }
}
