package io.diffusion4j.nn.train;

import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * An {@link Objective} as data: one network from a batch to its loss.
 *
 * @param network with the outputs loss, metrics in the order of their names, and {@code [B, 2]}
 *     timesteps and losses if there are timesteps
 * @param metrics their names
 */
public record LossNetwork(Network network, List<String> metrics) {
  public LossNetwork {
    metrics = List.copyOf(metrics);
  }

  /** Runs the definition of an objective. */
  public static LossNetwork of(Objective objective) {
    List<String> metrics = new ArrayList<>();
    NetworkDefinition definition =
        (nn, inputs) -> {
          var loss = objective.define(nn, inputs);
          metrics.addAll(loss.metrics().keySet());
          var outputs = new ArrayList<>(List.of(loss.value()));
          outputs.addAll(loss.metrics().values());
          loss.perTimestep().ifPresent(outputs::add);
          return outputs;
        };
    return new LossNetwork(Network.of(definition), metrics);
  }

  /** The loss, its metrics, and timesteps with losses, from the values of the outputs. */
  public Value value(IntFunction<float[]> outputs) {
    Map<String, Double> values = new TreeMap<>();
    for (int i = 0; i < metrics.size(); i++) {
      values.put(metrics.get(i), (double) outputs.apply(1 + i)[0]);
    }
    int last = 1 + metrics.size();
    boolean hasTimesteps = network.outputs().size() > last;
    return new Value(
        outputs.apply(0)[0], values, hasTimesteps ? outputs.apply(last) : new float[0]);
  }

  /** The mean of the losses of batches of one size. */
  public static Value mean(List<Value> values) {
    if (values.size() == 1) {
      return values.get(0);
    }
    Map<String, Double> metrics = new TreeMap<>();
    double loss = 0;
    int rows = 0;
    for (Value value : values) {
      loss += value.loss / values.size();
      value.metrics.forEach((name, m) -> metrics.merge(name, m / values.size(), Double::sum));
      rows += value.perTimestep.length;
    }
    var perTimestep = FloatBuffer.allocate(rows);
    values.forEach(value -> perTimestep.put(value.perTimestep));
    return new Value(loss, metrics, perTimestep.array());
  }

  /**
   * The loss of a batch as numbers.
   *
   * @param perTimestep {@code [B, 2]}; empty if there are no timesteps
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  public record Value(double loss, Map<String, Double> metrics, float[] perTimestep) {}
}
