package io.diffusion4j.nn.engine;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.TimeEmbedding;
import java.util.ArrayList;
import java.util.List;

/**
 * A compiled network as a {@link Denoiser}.
 *
 * <p>The network has an input {@code sample} and an input {@code time} for the sinusoid, and those
 * that the conditions are fed to; its first output is the prediction, its second, if there is one,
 * the learned variance.
 *
 * @param <C> what a sample is conditioned on
 */
public final class NetworkDenoiser<C> implements Denoiser<C> {
  /** Name of the input for x_t. */
  public static final String SAMPLE = "sample";

  /** Name of the input for the sinusoid of t. */
  public static final String TIME = "time";

  /** Turns the conditions of a batch into inputs of the network. */
  @FunctionalInterface
  public interface Conditions<C> {
    void feed(Batch batch, List<C> conditions);
  }

  /** Turns a timestep into what the network is fed. */
  @FunctionalInterface
  public interface Times {
    float[] of(double t);
  }

  private final CompiledNetwork network;
  private final Parameterization parameterization;
  private final Times times;
  private final Conditions<C> conditions;
  private final int leastRows;

  /** Asks this network; closing it stays with the caller. */
  public NetworkDenoiser(
      CompiledNetwork network,
      Parameterization parameterization,
      int timeChannels,
      Conditions<C> conditions) {
    this(network, parameterization, t -> TimeEmbedding.sinusoid(t, timeChannels), conditions);
  }

  /** The same with a time that the network is given in another way. */
  public NetworkDenoiser(
      CompiledNetwork network,
      Parameterization parameterization,
      Times times,
      Conditions<C> conditions) {
    this(network, parameterization, times, conditions, 1);
  }

  private NetworkDenoiser(
      CompiledNetwork network,
      Parameterization parameterization,
      Times times,
      Conditions<C> conditions,
      int leastRows) {
    this.network = network;
    this.parameterization = parameterization;
    this.times = times;
    this.conditions = conditions;
    this.leastRows = leastRows;
  }

  /**
   * The same network, never asked about fewer rows: what is missing are copies of the last one. For
   * networks whose products TensorFlow computes otherwise for few rows, in the last bits, so that
   * an answer would depend on the queries asked with it.
   *
   * @param rows at least 1
   */
  public NetworkDenoiser<C> withLeastRows(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows: " + rows + " (expected: ≥ 1)");
    }
    return new NetworkDenoiser<>(network, parameterization, times, conditions, rows);
  }

  @Override
  public Parameterization parameterization() {
    return parameterization;
  }

  @Override
  public List<Prediction> predict(List<Query<C>> queries) {
    if (queries.isEmpty()) {
      return List.of();
    }
    int rows = queries.size();
    var outputs = network.run(batch(queries));
    int computed = Math.max(rows, leastRows);
    var means = Rows.unstack(outputs.get(0), computed).subList(0, rows);
    if (outputs.size() == 1) {
      return means.stream().map(Prediction::of).toList();
    }
    var variances = Rows.unstack(outputs.get(1), computed);
    List<Prediction> predictions = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      predictions.add(new Prediction(means.get(i), variances.get(i)));
    }
    return predictions;
  }

  /**
   * The time of each operation of the network as it answers these queries.
   *
   * @param queries at least one
   */
  public List<OperationTime> trace(List<Query<C>> queries) {
    return network.trace(batch(queries));
  }

  private Batch batch(List<Query<C>> asked) {
    List<Query<C>> queries = new ArrayList<>(asked);
    while (queries.size() < leastRows) {
      queries.add(asked.get(asked.size() - 1));
    }
    return batch(queries, times, conditions);
  }

  /** What a network is fed to answer queries. */
  static <C> Batch batch(List<Query<C>> queries, Times times, Conditions<C> conditions) {
    var batch = new Batch(queries.size());
    batch.floats(SAMPLE, Rows.stack(queries.stream().map(Query::xt).toList()));
    batch.floats(TIME, Rows.stack(queries.stream().map(q -> times.of(q.t())).toList()));
    conditions.feed(batch, queries.stream().map(Query::condition).toList());
    return batch;
  }
}
