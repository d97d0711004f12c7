package io.diffusion4j.decoder;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.stage.Projection.Known;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.StoredNetwork.Access;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.ProbedDenoiser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A decoder's network and text projection with their weights, in diffusers' layout. Thread-safe;
 * holds native memory until it is closed.
 */
public final class DecoderModel implements AutoCloseable {
  /** The name in diffusers of the vector that is added to the time embedding. */
  private static final String CLASS_LABELS = "class_labels";

  private final Backbone config;
  private final TextProjection projection;
  private final SchedulerConfig scheduler;
  private final CompiledNetwork unet;
  private final CompiledNetwork textProjection;
  private final int contextLength;

  private DecoderModel(
      Backbone config,
      TextProjection projection,
      int textLength,
      SchedulerConfig scheduler,
      TensorSource unetWeights,
      TensorSource projectionWeights,
      Compute compute) {
    this.config = config;
    this.projection = projection;
    this.scheduler = scheduler;
    this.contextLength = projection.extraTokens() + textLength;
    this.unet = new CompiledNetwork(network(config, contextLength), unetWeights, compute);
    try {
      this.textProjection =
          new CompiledNetwork(project(projection, textLength), projectionWeights, compute);
    } catch (RuntimeException | Error e) {
      unet.close();
      throw e;
    }
  }

  /** Returns the expected weights of a decoder's network. */
  public static Manifest manifest(Backbone config) {
    return Manifest.of(network(config, 1)); // independent of the context length
  }

  /** Returns the expected weights of a text projection. */
  public static Manifest manifest(TextProjection projection) {
    return Manifest.of(project(projection, 1));
  }

  private static NetworkDefinition project(TextProjection projection, int textLength) {
    return (nn, inputs) -> {
      int e = projection.embeddingDim();
      var conditioning =
          projection.forward(
              nn,
              inputs.floats(DecoderObjective.IMAGE_EMBEDDING, e),
              inputs.floats(DecoderObjective.CONDITIONAL, 1),
              inputs.floats(DecoderObjective.TEXT_EMBEDDING, e),
              inputs.floats(DecoderObjective.HIDDEN, textLength, e));
      return List.of(nn.output(conditioning.context()), nn.output(conditioning.timeAdd()));
    };
  }

  /**
   * Loads the two networks from their folders.
   *
   * @param textLength positions of a text, L
   * @param scheduler the settings of the scheduler beside them
   */
  public static DecoderModel load(
      Path decoderFolder,
      Path projectionFolder,
      int textLength,
      SchedulerConfig scheduler,
      Compute compute) {
    return load(
        decoderFolder, weights -> weights, projectionFolder, textLength, scheduler, compute);
  }

  /**
   * Loads the two networks from their folders and changes the weights of the decoder first.
   *
   * @param change maps the stored weights to those that are loaded, with the same names and shapes
   * @param textLength positions of a text, L
   * @param scheduler the settings of the scheduler beside them
   */
  public static DecoderModel load(
      Path decoderFolder,
      UnaryOperator<TensorSource> change,
      Path projectionFolder,
      int textLength,
      SchedulerConfig scheduler,
      Compute compute) {
    var config = DecoderFolders.readBackbone(decoderFolder);
    var projection = DecoderFolders.readProjection(projectionFolder);
    projection.requireFits(config);
    try (var unet = change.apply(Checkpoint.open(decoderFolder, Checkpoint.DIFFUSERS));
        var textProjection = Checkpoint.open(projectionFolder, Checkpoint.DIFFUSERS)) {
      return new DecoderModel(
          config, projection, textLength, scheduler, unet, textProjection, compute);
    }
  }

  /**
   * Returns the network of a folder by itself, with the names of diffusers' {@code
   * UNet2DConditionModel}.
   *
   * @param name the name of the network
   * @param contextLength number of context tokens
   */
  public static StoredNetwork stored(String name, Path decoderFolder, int contextLength) {
    var config = DecoderFolders.readBackbone(decoderFolder);
    return DecoderNetwork.named(
            StoredNetwork.of(
                name,
                network(config, contextLength),
                Access.in(decoderFolder, Checkpoint.DIFFUSERS, key -> true)))
        .named(DecoderNetwork.TIME_ADD, CLASS_LABELS)
        .timed(config.sinusoid());
  }

  /**
   * Returns the text projection of a folder by itself, with the names of diffusers' {@code
   * UnCLIPTextProjModel}; its outputs have the names of the decoder's inputs.
   *
   * @param name the name of the network
   * @param textLength positions of a text, L
   */
  public static StoredNetwork storedProjection(String name, Path projectionFolder, int textLength) {
    return StoredNetwork.of(
            name,
            project(DecoderFolders.readProjection(projectionFolder), textLength),
            Access.in(projectionFolder, Checkpoint.DIFFUSERS, key -> true))
        .named(DecoderObjective.IMAGE_EMBEDDING, "image_embeddings")
        .named(DecoderObjective.TEXT_EMBEDDING, "prompt_embeds")
        .named(DecoderObjective.HIDDEN, "text_encoder_hidden_states")
        .named(StoredNetwork.output(0), "encoder_hidden_states")
        .named(StoredNetwork.output(1), CLASS_LABELS);
  }

  /**
   * Returns an untrained model, for benchmarks.
   *
   * @param textLength positions of a text, L
   * @param seed the seed of the weights
   */
  public static DecoderModel random(
      Backbone config, TextProjection projection, int textLength, long seed, Compute compute) {
    projection.requireFits(config);
    return new DecoderModel(
        config,
        projection,
        textLength,
        SchedulerConfig.unclipDecoder(),
        RandomWeights.of(network(config, projection.extraTokens() + textLength), seed),
        RandomWeights.of(project(projection, textLength), seed),
        compute);
  }

  /**
   * Returns the network that the {@link #denoiser} runs, without weights.
   *
   * @param contextLength number of context tokens
   */
  public static NetworkDefinition network(Backbone config, int contextLength) {
    return new DecoderNetwork(config, contextLength);
  }

  /** Returns the shape of the network. */
  public Backbone config() {
    return config;
  }

  /** Returns the network as a denoiser of conditions that {@link #conditions} computed. */
  public NetworkDenoiser<DecoderCondition> denoiser() {
    return new NetworkDenoiser<>(
        unet, scheduler.parameterization(), times(config, scheduler), feed(config));
  }

  /** Returns the time input of a network. */
  public static NetworkDenoiser.Times times(Backbone config, SchedulerConfig scheduler) {
    NetworkDenoiser.Times times = config::sinusoid;
    return times.under(scheduler.schedule());
  }

  /**
   * Loads a folder's network together with the gradient of its prediction, for likelihoods.
   *
   * @param change maps the stored weights to those that are loaded, with the same names and shapes
   * @param contextLength number of context tokens, the model's {@link #contextLength}
   * @param scheduler the settings of the scheduler beside it
   */
  public static ProbedDenoiser<DecoderCondition> probed(
      Path decoderFolder,
      UnaryOperator<TensorSource> change,
      int contextLength,
      SchedulerConfig scheduler,
      Compute compute) {
    var config = DecoderFolders.readBackbone(decoderFolder);
    try (var stored = change.apply(Checkpoint.open(decoderFolder, Checkpoint.DIFFUSERS))) {
      return new ProbedDenoiser<>(
          network(config, contextLength), stored, compute, times(config, scheduler), feed(config));
    }
  }

  /** Returns the number of values of an image embedding. */
  public int embeddingSize() {
    return projection.embeddingDim();
  }

  /** Returns the number of context tokens of an image. */
  public int contextLength() {
    return contextLength;
  }

  /** Returns the inputs of a network's conditions. */
  public static NetworkDenoiser.Conditions<DecoderCondition> feed(Backbone config) {
    boolean completes = completes(config);
    return (batch, conditions) -> {
      batch.floats(DecoderNetwork.CONTEXT, stack(conditions, DecoderCondition::context));
      batch.floats(DecoderNetwork.PRESENT, stack(conditions, DecoderCondition::present));
      batch.floats(DecoderNetwork.TIME_ADD, stack(conditions, DecoderCondition::timeAdd));
      if (completes) {
        feedKnown(
            batch,
            conditions.stream()
                .map(c -> c.known().orElseGet(() -> nothing(config.sampleSize())))
                .toList());
      }
    };
  }

  /** Whether the network completes images: its input contains the known pixels. */
  public boolean completes() {
    return completes(config);
  }

  private static boolean completes(Backbone config) {
    return new DecoderNetwork(config, 1).beside().known();
  }

  private static Known nothing(int size) {
    return new Known(new float[3 * size * size], new float[size * size]);
  }

  /** Feeds the known pixels to a network that completes images. */
  static void feedKnown(Batch batch, List<Known> known) {
    batch
        .floats(
            ConcatConditioning.IMAGE_INPUT, Rows.stack(known.stream().map(Known::pixels).toList()))
        .floats(
            ConcatConditioning.MASK_INPUT, Rows.stack(known.stream().map(Known::mask).toList()));
  }

  private static float[] stack(
      List<DecoderCondition> conditions,
      java.util.function.Function<DecoderCondition, float[]> part) {
    return Rows.stack(conditions.stream().map(part).toList());
  }

  /**
   * Computes the network's conditions.
   *
   * @param imageEmbeddings one for each text; an empty array stands for none, the unconditional
   *     half of classifier-free guidance
   * @param texts the encoded texts
   */
  public List<DecoderCondition> conditions(
      List<float[]> imageEmbeddings, List<TextEncoding> texts) {
    int rows = texts.size();
    var batch = new Batch(rows);
    feed(batch, projection, imageEmbeddings, texts);
    var outputs = textProjection.run(batch);
    var contexts = Rows.unstack(outputs.get(0), rows);
    var timeAdds = Rows.unstack(outputs.get(1), rows);
    List<DecoderCondition> conditions = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      conditions.add(
          new DecoderCondition(
              contexts.get(i), present(projection, texts.get(i)), timeAdds.get(i)));
    }
    return conditions;
  }

  /** Feeds the inputs of the text projection. */
  static void feed(
      Batch batch,
      TextProjection projection,
      List<float[]> imageEmbeddings,
      List<TextEncoding> texts) {
    float[] conditional = new float[texts.size()];
    List<float[]> images = new ArrayList<>(texts.size());
    for (int i = 0; i < conditional.length; i++) {
      float[] z = imageEmbeddings.get(i);
      conditional[i] = z.length == 0 ? 0 : 1;
      images.add(z.length == 0 ? new float[projection.embeddingDim()] : z);
    }
    batch
        .floats(DecoderObjective.IMAGE_EMBEDDING, Rows.stack(images))
        .floats(DecoderObjective.CONDITIONAL, conditional)
        .floats(
            DecoderObjective.TEXT_EMBEDDING,
            Rows.stack(texts.stream().map(TextEncoding::embedding).toList()))
        .floats(
            DecoderObjective.HIDDEN, Rows.stack(texts.stream().map(TextEncoding::hidden).toList()));
  }

  /**
   * Returns the mask of tokens: the extra tokens are always present, text tokens where the text has
   * words.
   */
  static float[] present(TextProjection projection, TextEncoding text) {
    float[] words = Rows.ones(text.mask());
    float[] present = new float[projection.extraTokens() + words.length];
    java.util.Arrays.fill(present, 0, projection.extraTokens(), 1);
    System.arraycopy(words, 0, present, projection.extraTokens(), words.length);
    return present;
  }

  @Override
  public void close() {
    textProjection.close();
    unet.close();
  }
}
