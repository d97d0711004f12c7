package io.diffusion4j.nn.engine;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Perturbation;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.denoiser.Reuse;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.TimeEmbedding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A compiled network as a {@link Denoiser}.
 *
 * <p>The network has an input {@code sample} and an input {@code time} for the sinusoid, and inputs
 * for the conditions; its first output is the prediction, its optional second output the learned
 * variance.
 *
 * @param <C> the type of the conditions
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

  /** Converts a timestep to the network's time input, and x_t to its sample. */
  @FunctionalInterface
  public interface Times {
    float[] of(double t);

    /** Returns the factor of the sample in the network's input. */
    default double scale(double t) {
      return 1;
    }

    /** Returns the inputs of a network that was trained on a schedule with its own clock. */
    default Times under(NoiseSchedule schedule) {
      return new Times() {
        @Override
        public float[] of(double t) {
          return Times.this.of(schedule.networkTime(t));
        }

        @Override
        public double scale(double t) {
          return schedule.inputScale(t);
        }
      };
    }

    /** Returns the network's sample for x_t. */
    default float[] sample(float[] xt, double t) {
      double scale = scale(t);
      if (scale == 1) {
        return xt;
      }
      float[] scaled = new float[xt.length];
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] = (float) (scale * xt[i]);
      }
      return scaled;
    }
  }

  private final CompiledNetwork network;
  private final Parameterization parameterization;
  private final Times times;
  private final Conditions<C> conditions;
  private final int leastRows;

  /** Wraps a network, which the caller still has to close. */
  public NetworkDenoiser(
      CompiledNetwork network,
      Parameterization parameterization,
      int timeChannels,
      Conditions<C> conditions) {
    this(network, parameterization, t -> TimeEmbedding.sinusoid(t, timeChannels), conditions);
  }

  /** Wraps a network with another kind of time input. */
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
   * Returns the denoiser with a minimum number of rows per call; missing rows are copies of the
   * last one. TensorFlow computes some products of few rows with other last bits, so that a
   * prediction would otherwise depend on the other queries of the call.
   *
   * @param rows the number of rows, at least 1
   */
  public NetworkDenoiser<C> withLeastRows(int rows) {
    Check.that(rows >= 1, "rows", rows, "≥ 1");
    return new NetworkDenoiser<>(network, parameterization, times, conditions, rows);
  }

  @Override
  public Parameterization parameterization() {
    return parameterization;
  }

  /** What is computed for a query. */
  private enum Part {
    /** The network. */
    WHOLE,
    /** The network, whose deep features are kept. */
    KEEPING,
    /** The layers above the deep features. */
    SHALLOW
  }

  /** Queries of the same run of a network. */
  private record Work(Part part, Optional<Perturbation> perturbation) {
    static Work of(Query<?> query) {
      Reuse reuse = query.reuse();
      Part part = !reuse.isAsked() ? Part.WHOLE : reuse.has() ? Part.SHALLOW : Part.KEEPING;
      return new Work(part, query.perturbation());
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Queries whose reuse of features or perturbation differs are computed in separate runs of the
   * network.
   *
   * @throws IllegalArgumentException also for a query that reuses features of a network without
   *     any, or leaves out a layer that the network does not have
   */
  @Override
  public List<Prediction> predict(List<Query<C>> queries) {
    Map<Work, List<Query<C>>> asked = new LinkedHashMap<>();
    queries.forEach(
        query -> asked.computeIfAbsent(Work.of(query), work -> new ArrayList<>()).add(query));
    Map<Work, Iterator<Prediction>> answers = new HashMap<>();
    asked.forEach((work, some) -> answers.put(work, predict(work, some).iterator()));
    return queries.stream()
        .map(query -> Objects.requireNonNull(answers.get(Work.of(query))).next())
        .toList();
  }

  private List<Prediction> predict(Work work, List<Query<C>> queries) {
    Part part = work.part;
    Check.that(
        part == Part.WHOLE || network.reuses(), "reuse", "features", "none, without a U-Net");
    int rows = queries.size();
    int computed = Math.max(rows, leastRows);
    var batch = batch(queries);
    var outputs =
        switch (part) {
          case WHOLE ->
              work.perturbation
                  .map(perturbation -> network.runPerturbed(batch, perturbation))
                  .orElseGet(() -> network.run(batch));
          case KEEPING -> network.runKeeping(batch);
          case SHALLOW -> network.runShallow(batch, features(queries));
        };
    int answers = outputs.size();
    if (part == Part.KEEPING) {
      answers--;
      var features = Rows.unstack(outputs.get(answers), computed);
      for (int i = 0; i < rows; i++) {
        queries.get(i).reuse().keep(features.get(i));
      }
    }
    var means = Rows.unstack(outputs.get(0), computed).subList(0, rows);
    if (answers == 1) {
      return means.stream().map(Prediction::of).toList();
    }
    var variances = Rows.unstack(outputs.get(1), computed);
    List<Prediction> predictions = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      predictions.add(new Prediction(means.get(i), variances.get(i)));
    }
    return predictions;
  }

  private float[] features(List<Query<C>> queries) {
    return Rows.stack(
        padded(queries).stream().map(query -> query.reuse().features().orElseThrow()).toList());
  }

  /**
   * Returns the time of each operation of the network for these queries.
   *
   * @param queries the queries, at least one
   */
  public List<OperationTime> trace(List<Query<C>> queries) {
    return network.trace(batch(queries));
  }

  private Batch batch(List<Query<C>> asked) {
    return batch(padded(asked), times, conditions);
  }

  private List<Query<C>> padded(List<Query<C>> asked) {
    List<Query<C>> queries = new ArrayList<>(asked);
    while (queries.size() < leastRows) {
      queries.add(asked.get(asked.size() - 1));
    }
    return queries;
  }

  /** Makes the inputs of the network for queries. */
  static <C> Batch batch(List<Query<C>> queries, Times times, Conditions<C> conditions) {
    var batch = new Batch(queries.size());
    batch.floats(
        SAMPLE, Rows.stack(queries.stream().map(q -> times.sample(q.xt(), q.t())).toList()));
    batch.floats(TIME, Rows.stack(queries.stream().map(q -> times.of(q.t())).toList()));
    conditions.feed(batch, queries.stream().map(Query::condition).toList());
    return batch;
  }
}
