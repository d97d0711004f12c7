package io.diffusion4j.nn.train;

import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.Round;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * An {@link Objective} as data: one network from a batch to its loss.
 *
 * @param network the network with the outputs loss, metrics in the order of their names, {@code [B,
 *     2]} timesteps and losses if there are timesteps, and features
 * @param metrics their names
 * @param features the number of features
 */
public record LossNetwork(Network network, List<String> metrics, int features) {
  public LossNetwork {
    metrics = List.copyOf(metrics);
  }

  /** Creates a loss without features. */
  public LossNetwork(Network network, List<String> metrics) {
    this(network, metrics, 0);
  }

  /** Returns the loss with a rewritten network. */
  LossNetwork with(Network rewritten) {
    return new LossNetwork(rewritten, metrics, features);
  }

  /** Runs the definition of an objective. */
  public static LossNetwork of(Objective objective) {
    List<String> metrics = new ArrayList<>();
    List<Tensor> features = new ArrayList<>();
    NetworkDefinition definition =
        (nn, inputs) -> {
          var loss = objective.define(nn, inputs);
          metrics.addAll(loss.metrics().keySet());
          var outputs = new ArrayList<>(List.of(loss.value()));
          outputs.addAll(loss.metrics().values());
          loss.perTimestep().ifPresent(outputs::add);
          features.addAll(loss.features());
          outputs.addAll(features);
          return outputs;
        };
    var network = Network.ofTraining(definition);
    return new LossNetwork(network, metrics, features.size());
  }

  /** Returns the loss, its metrics, and timesteps with losses, from the values of the outputs. */
  public Value value(IntFunction<float[]> outputs) {
    Map<String, Double> values = new TreeMap<>();
    for (int i = 0; i < metrics.size(); i++) {
      values.put(metrics.get(i), (double) outputs.apply(1 + i)[0]);
    }
    int last = 1 + metrics.size();
    int first = network.outputs().size() - features;
    return new Value(
        outputs.apply(0)[0],
        values,
        first > last ? outputs.apply(last) : new float[0],
        IntStream.range(first, network.outputs().size()).mapToObj(outputs).toList());
  }

  /**
   * Returns whether the loss of a batch is the mean of its rows' losses. Processes can then compute
   * the losses of their own rows.
   */
  public boolean isMeanOfRows() {
    return network.outputs().size() - features > 1 + metrics.size() && !network.mixesRows();
  }

  /**
   * Returns the mean loss of the rows of all processes, with the timesteps and losses of all rows.
   *
   * @param own of the rows of this process
   */
  public static Value overProcesses(Group group, TrainingConfig config, Value own) {
    if (group.isAlone()) {
      return own;
    }
    var share = config.share(group.rank(), group.size());
    int perRow = own.perTimestep.length / share.count();
    int scalars = 1 + own.metrics.size();
    float[] sums = Round.nothing(perRow * config.batchSize() + scalars * group.size());
    System.arraycopy(own.perTimestep, 0, sums, perRow * share.from(), own.perTimestep.length);
    int at = perRow * config.batchSize() + scalars * group.rank();
    sums[at] = (float) own.loss;
    for (double metric : own.metrics.values()) {
      at++;
      sums[at] = (float) metric;
    }
    group.sum(sums);
    List<Value> values = new ArrayList<>();
    for (int rank = 0; rank < group.size(); rank++) {
      var rows = config.share(rank, group.size());
      at = perRow * config.batchSize() + scalars * rank;
      double loss = sums[at];
      Map<String, Double> metrics = new TreeMap<>();
      for (String name : own.metrics.keySet()) {
        at++;
        metrics.put(name, (double) sums[at]);
      }
      float[] perTimestep = Arrays.copyOfRange(sums, perRow * rows.from(), perRow * rows.to());
      values.add(new Value(loss, metrics, perTimestep, List.of()));
    }
    return mean(values);
  }

  /**
   * Returns the mean of the losses of batches, without their features. Batches of unequal size have
   * timesteps, and count by their rows.
   */
  public static Value mean(List<Value> values) {
    if (values.size() == 1) {
      return values.get(0);
    }
    int length = values.stream().mapToInt(value -> value.perTimestep.length).sum();
    Map<String, Double> metrics = new TreeMap<>();
    double loss = 0;
    var perTimestep = FloatBuffer.allocate(length);
    for (Value value : values) {
      double weight = length > 0 ? (double) value.perTimestep.length / length : 1.0 / values.size();
      loss += weight * value.loss;
      value.metrics.forEach((name, m) -> metrics.merge(name, weight * m, Double::sum));
      perTimestep.put(value.perTimestep);
    }
    return new Value(loss, metrics, perTimestep.array(), List.of());
  }

  /**
   * The loss of a batch as numbers.
   *
   * @param perTimestep {@code [B, 2]}; empty if there are no timesteps
   * @param features further outputs
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  public record Value(
      double loss, Map<String, Double> metrics, float[] perTimestep, List<float[]> features) {}
}
