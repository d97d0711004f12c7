package io.diffusion4j.decoder.classifier;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.ConditionGradient;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A classifier of noised images with its weights: the gradient ∇ log p(y | x_t) of a class y. The
 * time of a query is in timesteps of the training schedule.
 *
 * <p>Thread-safe; holds native memory until it is closed.
 */
public final class ClassifierModel implements ConditionGradient<Integer>, AutoCloseable {
  private final ClassifierConfig config;
  private final CompiledNetwork network;

  private ClassifierModel(ClassifierConfig config, CompiledNetwork network) {
    this.config = config;
    this.network = network;
  }

  /**
   * Loads a classifier.
   *
   * @param path a folder in the layout of {@link ClassifierFolders}, or a published file
   * @throws io.diffusion4j.checkpoint.CheckpointException if files are missing or the weights do
   *     not fit the settings
   */
  public static ClassifierModel load(Path path, Compute compute) {
    try (var checkpoint = Checkpoint.open(path, Checkpoint.TRANSFORMERS)) {
      var config =
          Files.isDirectory(path)
              ? ClassifierFolders.read(path)
              : ClassifierFolders.recognise(path, checkpoint);
      return new ClassifierModel(
          config,
          CompiledNetwork.withGradient(
              new ClassifierNetwork(config).judging(),
              NetworkDenoiser.SAMPLE,
              checkpoint,
              compute));
    }
  }

  /** Returns a classifier with random weights, for benchmarks. */
  public static ClassifierModel random(ClassifierConfig config, long seed, Compute compute) {
    var network = new ClassifierNetwork(config);
    return new ClassifierModel(
        config,
        CompiledNetwork.withGradient(
            network.judging(), NetworkDenoiser.SAMPLE, RandomWeights.of(network, seed), compute));
  }

  /** Returns the shape of the network. */
  public ClassifierConfig config() {
    return config;
  }

  /**
   * Checks that the classifier reads pictures of a size.
   *
   * @throws IllegalArgumentException if it reads another size
   */
  public void requireFits(int width, int height, int channels) {
    var unet = config.unet();
    Check.that(
        unet.sampleSize() == width
            && unet.sampleSize() == height
            && unet.imageChannels() == channels,
        "classifier",
        "images of %s×%s with %s channels"
            .formatted(unet.sampleSize(), unet.sampleSize(), unet.imageChannels()),
        "%s×%s with %s channels, as the model draws",
        width,
        height,
        channels);
  }

  @Override
  public List<float[]> at(List<Query<Integer>> queries) {
    return judge(queries).stream().map(Judgement::gradient).toList();
  }

  /**
   * The classifier's judgement of a sample.
   *
   * @param logProbability log p(y | x_t)
   * @param logits the logits of all classes
   * @param gradient the gradient of the log-probability with respect to x_t
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  public record Judgement(float logProbability, float[] logits, float[] gradient) {}

  /** Evaluates each sample for its class, in order. */
  public List<Judgement> judge(List<Query<Integer>> queries) {
    if (queries.isEmpty()) {
      return List.of();
    }
    int rows = queries.size();
    int channels = config.unet().timeChannels();
    var batch =
        new Batch(rows)
            .floats(NetworkDenoiser.SAMPLE, Rows.stack(queries.stream().map(Query::xt).toList()))
            .floats(
                NetworkDenoiser.TIME,
                Rows.stack(
                    queries.stream().map(q -> TimeEmbedding.sinusoid(q.t(), channels)).toList()))
            .ints(ClassifierNetwork.LABEL, queries.stream().mapToInt(this::label).toArray());
    var outputs = network.run(batch);
    var logits = Rows.unstack(outputs.get(1), rows);
    var gradients = Rows.unstack(outputs.get(2), rows);
    return java.util.stream.IntStream.range(0, rows)
        .mapToObj(i -> new Judgement(outputs.get(0)[i], logits.get(i), gradients.get(i)))
        .toList();
  }

  private int label(Query<Integer> query) {
    int label = query.condition();
    Check.that(
        label >= 0 && label < config.classes(), "label", label, "in [0, %s)", config.classes());
    return label;
  }

  @Override
  public void close() {
    network.close();
  }
}
