package io.diffusion4j.prior;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An autoregressive prior on disk and in memory: {@code config.json} and a safetensors file with
 * the network and the codes. diffusers ignores this folder. Thread-safe; holds native memory until
 * it is closed.
 */
public final class AutoregressiveModel implements AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final String CLASS = "AutoregressivePrior";
  private static final String MEAN = "components.mean";
  private static final String DIRECTIONS = "components.directions";
  private static final String LOW = "codes.low";
  private static final String WIDTH = "codes.width";
  private static final String EDGES = "dot.edges";
  private static final Set<String> BESIDE = Set.of(MEAN, DIRECTIONS, LOW, WIDTH, EDGES);

  /** The number of rows in one run of the network. */
  private static final int MAX_ROWS = 32;

  private final AutoregressiveConfig config;
  private final CompiledNetwork network;
  private final EmbeddingCodes codes;
  private final DotBuckets dots;
  private final int leastRows;

  private AutoregressiveModel(
      AutoregressiveConfig config,
      CompiledNetwork network,
      EmbeddingCodes codes,
      DotBuckets dots,
      int leastRows) {
    this.config = config;
    this.network = network;
    this.codes = codes;
    this.dots = dots;
    this.leastRows = leastRows;
  }

  /** Loads a folder. */
  public static AutoregressiveModel load(Path folder, Compute compute) {
    var config = readConfig(folder);
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      int e = config.embeddingDim();
      int k = config.components();
      var codes =
          make(
              folder,
              () ->
                  new EmbeddingCodes(
                      new PrincipalComponents(
                          checkpoint.read(MEAN, e), checkpoint.read(DIRECTIONS, k * e)),
                      checkpoint.read(LOW, k),
                      checkpoint.read(WIDTH, k),
                      config.buckets()));
      var dots =
          make(folder, () -> new DotBuckets(checkpoint.read(EDGES, config.dotBuckets() - 1)));
      var weights = checkpoint.only(name -> !BESIDE.contains(name));
      var network = new CompiledNetwork(new AutoregressiveTransformer(config), weights, compute);
      return new AutoregressiveModel(config, network, codes, dots, PriorModel.leastRows(compute));
    }
  }

  /**
   * Returns the network of a folder by itself, with the inputs of a text named as in {@link
   * PriorModel#stored}.
   *
   * @param name the name of the network
   */
  public static StoredNetwork stored(String name, Path folder) {
    return PriorTransformer.named(
            StoredNetwork.of(
                name,
                new AutoregressiveTransformer(readConfig(folder)),
                StoredNetwork.Access.in(
                    folder, Checkpoint.TRANSFORMERS, key -> !BESIDE.contains(key))))
        .named(StoredNetwork.output(0), "logits");
  }

  private static <T> T make(Path folder, Supplier<T> maker) {
    try {
      return maker.get();
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(folder, String.valueOf(e.getMessage()), e);
    }
  }

  /** Reads the settings. */
  public static AutoregressiveConfig readConfig(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    c.expectClass(CLASS);
    var config =
        c.make(
            () ->
                new AutoregressiveConfig(
                    c.intValue("num_attention_heads"),
                    c.intValue("attention_head_dim"),
                    c.intValue("num_layers"),
                    c.intValue("embedding_dim"),
                    c.intValue("num_embeddings"),
                    c.intValue("components"),
                    c.intValue("buckets"),
                    c.intValue("dot_buckets")));
    c.refuseUnknown("model_type");
    return config;
  }

  /** Returns the tensors of the file. */
  public static Manifest manifest(AutoregressiveConfig config) {
    int k = config.components();
    return Manifest.of(new AutoregressiveTransformer(config))
        .with(MEAN, config.embeddingDim())
        .with(DIRECTIONS, k, config.embeddingDim())
        .with(LOW, k)
        .with(WIDTH, k)
        .with(EDGES, config.dotBuckets() - 1L);
  }

  /** Writes a folder, the weights in bfloat16. */
  public static void write(
      Path folder,
      AutoregressiveConfig config,
      TensorSource weights,
      EmbeddingCodes codes,
      DotBuckets dots,
      Map<String, String> notes) {
    ConfigWriter.transformers(CLASS, "autoregressive_prior")
        .put("num_attention_heads", config.heads())
        .put("attention_head_dim", config.headDim())
        .put("num_layers", config.layers())
        .put("embedding_dim", config.embeddingDim())
        .put("num_embeddings", config.textLength())
        .put("components", config.components())
        .put("buckets", config.buckets())
        .put("dot_buckets", config.dotBuckets())
        .write(folder.resolve(CONFIG));
    var writer = new SafetensorsWriter().notes(notes).copyAll(weights, Optional.of(DType.BF16));
    long e = config.embeddingDim();
    long k = config.components();
    writer.floats(MEAN, DType.F32, new long[] {e}, codes.components()::mean);
    writer.floats(DIRECTIONS, DType.F32, new long[] {k, e}, codes.components()::directions);
    writer.floats(LOW, DType.F32, new long[] {k}, codes::low);
    writer.floats(WIDTH, DType.F32, new long[] {k}, codes::width);
    writer.floats(EDGES, DType.F32, new long[] {config.dotBuckets() - 1L}, dots::edges);
    writer.writeSharded(folder, Checkpoint.TRANSFORMERS, SafetensorsWriter.DEFAULT_SHARD_BYTES);
  }

  /** Returns the shape of the network. */
  public AutoregressiveConfig config() {
    return config;
  }

  /** Returns the definition of the codes. */
  public EmbeddingCodes codes() {
    return codes;
  }

  /** Returns the definition of the tokens for dot products. */
  public DotBuckets dots() {
    return dots;
  }

  /** Returns the network. */
  public CodePredictor predictor() {
    return this::predict;
  }

  private List<float[]> predict(List<CodePredictor.Query> queries, int code) {
    List<float[]> answers = new ArrayList<>(queries.size());
    int n = config.buckets();
    for (int from = 0; from < queries.size(); from += MAX_ROWS) {
      List<CodePredictor.Query> rows =
          new ArrayList<>(queries.subList(from, Math.min(queries.size(), from + MAX_ROWS)));
      int asked = rows.size();
      while (rows.size() < leastRows) {
        rows.add(rows.get(asked - 1));
      }
      float[] logits = network.run(batch(rows)).get(0);
      for (int row = 0; row < asked; row++) {
        int at = (row * config.components() + code) * n;
        answers.add(Arrays.copyOfRange(logits, at, at + n));
      }
    }
    return answers;
  }

  private Batch batch(List<CodePredictor.Query> rows) {
    var batch = new Batch(rows.size());
    feed(
        batch,
        rows.stream().map(CodePredictor.Query::text).toList(),
        rows.stream().mapToInt(CodePredictor.Query::dot).toArray(),
        rows.stream().map(CodePredictor.Query::codes).toList());
    return batch;
  }

  /** Feeds texts, the tokens of dot products, and codes. */
  static void feed(Batch batch, List<TextEncoding> texts, int[] dots, List<int[]> codes) {
    PriorModel.feed(batch, texts);
    batch
        .ints(AutoregressiveTransformer.DOT, dots)
        .ints(
            AutoregressiveTransformer.CODES, codes.stream().flatMapToInt(Arrays::stream).toArray());
  }

  @Override
  public void close() {
    network.close();
  }
}
