package io.diffusion4j.prior;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.StoredNetwork.Access;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.prior.PriorConfig.Course;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A prior's network with its weights, in diffusers' layout. Thread-safe; holds native memory until
 * it is closed.
 */
public final class PriorModel implements AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final String CLASS = "PriorTransformer";

  /** The mean of the image embeddings, beside the parameters. */
  public static final String MEAN = "clip_mean";

  /** Their standard deviation. */
  public static final String STD = "clip_std";

  /** A buffer of older files, which the network computes itself. */
  private static final String BUFFER = "causal_attention_mask";

  /** The table of tokens after the text, whose size identifies a one-pass prior. */
  private static final String EXTRA = "additional_embeddings";

  /** The settings with only one supported value. */
  private static final String FIXED =
      """
      {"dropout": 0.0, "time_embed_act_fn": "silu",
       "encoder_hid_proj_type": "linear", "added_emb_type": "prd", "norm_in_type": null,
       "embedding_proj_norm_type": null, "time_embed_dim": null, "embedding_proj_dim": null,
       "clip_embed_dim": null}
      """;

  private final PriorConfig config;
  private final CompiledNetwork network;
  private final Standardization standardization;
  private final Parameterization parameterization;
  private final int leastRows;

  private PriorModel(
      PriorConfig config,
      CompiledNetwork network,
      Standardization standardization,
      Parameterization parameterization,
      int leastRows) {
    this.config = config;
    this.network = network;
    this.standardization = standardization;
    this.parameterization = parameterization;
    this.leastRows = leastRows;
  }

  /** In float32, products of fewer than eight rows differ in the last bits from larger ones. */
  static int leastRows(Compute compute) {
    return compute.precision() == Precision.FLOAT32 ? 8 : 1;
  }

  /**
   * Loads a folder.
   *
   * @param parameterization the quantity that the network predicts, from the scheduler beside it
   */
  public static PriorModel load(Path folder, Parameterization parameterization, Compute compute) {
    return load(folder, weights -> weights, parameterization, compute);
  }

  /**
   * Loads a folder with changed weights.
   *
   * @param change maps the stored weights to the loaded ones, of the same names and shapes
   */
  public static PriorModel load(
      Path folder,
      UnaryOperator<TensorSource> change,
      Parameterization parameterization,
      Compute compute) {
    var config = readConfig(folder);
    try (var checkpoint = change.apply(Checkpoint.open(folder, Checkpoint.DIFFUSERS))) {
      var standardization = standardization(checkpoint, config);
      var weights = checkpoint.only(PriorModel::isParameter);
      var network = new CompiledNetwork(new PriorTransformer(config), weights, compute);
      return new PriorModel(config, network, standardization, parameterization, leastRows(compute));
    }
  }

  /** Whether a tensor of a folder belongs to the network. */
  public static boolean isParameter(String name) {
    return !name.equals(MEAN) && !name.equals(STD) && !name.equals(BUFFER);
  }

  /**
   * Returns the network of a folder by itself, with the names of diffusers' {@code
   * PriorTransformer}. Its embeddings are standardised, see {@link #readStandardization}.
   *
   * @param name the name of the network
   */
  public static StoredNetwork stored(String name, Path folder) {
    var config = readConfig(folder);
    var network =
        PriorTransformer.named(
                StoredNetwork.of(
                    name,
                    new PriorTransformer(config),
                    Access.in(folder, Checkpoint.DIFFUSERS, PriorModel::isParameter)))
            .named(NetworkDenoiser.SAMPLE, "hidden_states")
            .named(StoredNetwork.output(0), "predicted_image_embedding");
    return config.course() == Course.DIFFUSION
        ? network.timed(Sinusoid.of(config.width()))
        : network;
  }

  /** Compiles a prior with these weights, for example during a training. */
  public static PriorModel of(
      PriorConfig config,
      TensorSource weights,
      Parameterization parameterization,
      Standardization standardization,
      Compute compute) {
    var network = new CompiledNetwork(new PriorTransformer(config), weights, compute);
    return new PriorModel(config, network, standardization, parameterization, leastRows(compute));
  }

  /** Reads the statistics of the embeddings that a prior was trained on. */
  public static Standardization readStandardization(Path folder) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS)) {
      return standardization(checkpoint, readConfig(folder));
    }
  }

  private static Standardization standardization(TensorSource checkpoint, PriorConfig config) {
    int size = config.embeddingDim();
    return new Standardization(checkpoint.read(MEAN, size), checkpoint.read(STD, size));
  }

  /** Reads the settings of a prior; absent fields have diffusers' defaults. */
  public static PriorConfig readConfig(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    c.expectClass(CLASS);
    c.fixed(FIXED);
    c.supports(EXTRA, 4, 3);
    var course = c.intValue(EXTRA, 4) == 3 ? Course.ONE_PASS : Course.DIFFUSION;
    var config =
        c.make(
            () ->
                new PriorConfig(
                    c.intValue("num_attention_heads", 32),
                    c.intValue("attention_head_dim", 64),
                    c.intValue("num_layers", 20),
                    c.intValue("embedding_dim", 768),
                    c.intValue("num_embeddings", 77),
                    course));
    c.refuseUnknown();
    return config;
  }

  /** Returns the tensors of a prior's file. */
  public static Manifest manifest(PriorConfig config) {
    return Manifest.of(new PriorTransformer(config))
        .with(MEAN, 1, config.embeddingDim())
        .with(STD, 1, config.embeddingDim())
        .ignoring(BUFFER::equals);
  }

  /** Writes a folder. */
  public static void write(
      Path folder,
      PriorConfig config,
      TensorSource weights,
      Standardization standardization,
      Map<String, String> notes) {
    write(folder, config, weights, DType.BF16, standardization, notes);
  }

  /** Writes a folder with weights of this type. */
  public static void write(
      Path folder,
      PriorConfig config,
      TensorSource weights,
      DType dtype,
      Standardization standardization,
      Map<String, String> notes) {
    EpsPowerFile.remove(folder); // it was of other weights
    writeConfig(folder, config);
    var writer =
        new SafetensorsWriter().withChecksum().notes(notes).copyAll(weights, Optional.of(dtype));
    long[] row = {1, standardization.size()};
    writer.floats(MEAN, DType.F32, row, standardization::mean);
    writer.floats(STD, DType.F32, row, standardization::std);
    writer.writeSharded(folder, Checkpoint.DIFFUSERS, SafetensorsWriter.DEFAULT_SHARD_BYTES);
  }

  /** Writes the settings of a prior. */
  public static void writeConfig(Path folder, PriorConfig config) {
    ConfigWriter.diffusers(CLASS)
        .put("num_attention_heads", config.heads())
        .put("attention_head_dim", config.headDim())
        .put("num_layers", config.layers())
        .put("embedding_dim", config.embeddingDim())
        .put("num_embeddings", config.textLength())
        .put(EXTRA, config.extraTokens())
        .fixed(FIXED)
        .write(folder.resolve(CONFIG));
  }

  /** Returns the shape of the network. */
  public PriorConfig config() {
    return config;
  }

  /** Returns the standardisation of the image embeddings. */
  public Standardization standardization() {
    return standardization;
  }

  /**
   * Returns the embeddings of a one-pass prior for noise and texts.
   *
   * @param noise {@code [E]} each, at least one
   * @param texts the texts, one for each embedding
   */
  List<float[]> pass(List<float[]> noise, List<TextEncoding> texts) {
    List<float[]> rows = new ArrayList<>(noise);
    List<TextEncoding> conditions = new ArrayList<>(texts);
    while (rows.size() < leastRows) {
      rows.add(noise.get(noise.size() - 1));
      conditions.add(texts.get(texts.size() - 1));
    }
    var batch = new Batch(rows.size()).floats(NetworkDenoiser.SAMPLE, Rows.stack(rows));
    feed(batch, conditions);
    return Rows.unstack(network.run(batch).get(0), rows.size()).subList(0, noise.size());
  }

  /**
   * Returns the network, conditioned on encoded texts.
   *
   * @throws IllegalArgumentException if it is a one-pass prior
   */
  public Denoiser<TextEncoding> denoiser() {
    config.requireCourse(Course.DIFFUSION);
    return new NetworkDenoiser<>(network, parameterization, config.width(), PriorModel::feed)
        .withLeastRows(leastRows);
  }

  /** Feeds the encoded texts. */
  public static void feed(Batch batch, List<TextEncoding> texts) {
    batch
        .floats(
            PriorTransformer.TEXT_EMBEDDING,
            Rows.stack(texts.stream().map(TextEncoding::embedding).toList()))
        .floats(
            PriorTransformer.HIDDEN, Rows.stack(texts.stream().map(TextEncoding::hidden).toList()))
        .floats(
            PriorTransformer.PRESENT,
            Rows.stack(texts.stream().map(text -> Rows.ones(text.mask())).toList()));
  }

  @Override
  public void close() {
    network.close();
  }
}
