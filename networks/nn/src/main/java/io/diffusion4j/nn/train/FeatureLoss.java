package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Statistic;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.weights.Parameter;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The loss of the features of a known number of rows, with its gradients by them and by its own
 * parameters. All of these values are one input of a network for a batch of one, so that an engine
 * can compute its gradient.
 */
final class FeatureLoss implements AutoCloseable {
  private static final String VALUES = "values";

  private final LossNetwork loss;
  private final Executable executable;
  private final List<Integer> sizes = new ArrayList<>();

  /**
   * The loss, and its gradients.
   *
   * @param gradients by each of the features, then by each of the parameters
   */
  record Result(LossNetwork.Value value, List<float[]> gradients) {}

  /**
   * Compiles a loss.
   *
   * @param samples the shape of each feature of a row
   * @param parameters those of the loss
   */
  FeatureLoss(
      FeatureObjective objective,
      List<List<Long>> samples,
      List<Parameter> parameters,
      int rows,
      Compute compute) {
    samples.forEach(
        s -> sizes.add(s.stream().mapToInt(Long::intValue).reduce(rows, Math::multiplyExact)));
    parameters.forEach(parameter -> sizes.add(parameter.size()));
    int size = sizes.stream().reduce(0, Math::addExact);
    loss =
        LossNetwork.of(
            (nn, inputs) -> {
              var all = nn.sum(inputs.floats(VALUES, size), 0); // of the one row
              List<Tensor> features = new ArrayList<>();
              for (int i = 0; i < samples.size(); i++) {
                List<Long> shape = new ArrayList<>(List.of((long) rows));
                shape.addAll(samples.get(i));
                var flat = nn.slice(all, begin(i), sizes.get(i));
                features.add(nn.reshape(flat, shape.stream().mapToLong(Long::longValue).toArray()));
              }
              return objective.loss(nn, features);
            });
    var keys = parameters.stream().map(Parameter::key).toList();
    executable =
        Engines.compileWithGradient(
            fed(loss.network(), keys, samples.size()), VALUES, new TensorMap(), compute);
  }

  /** Returns the place of a feature or parameter among the values. */
  private int begin(int index) {
    return sizes.subList(0, index).stream().mapToInt(Integer::intValue).sum();
  }

  /** Replaces the parameters of a network by parts of its input. */
  private Network fed(Network network, List<String> keys, int features) {
    List<Node> nodes = new ArrayList<>();
    List<Integer> moved = new ArrayList<>();
    for (Node node : network.nodes()) {
      var inputs =
          node.inputs().stream()
              .map(x -> new Tensor(moved.get(x.node()), x.shape(), x.role()))
              .toList();
      var layer = node.layer();
      for (String key : layer.parameters()) { // one value
        int index = features + keys.indexOf(key);
        long size = sizes.get(index);
        var input = nodes.get(0).output();
        var row =
            add(
                nodes,
                new Layer.Slice(1, begin(index), size),
                List.of(input),
                List.of(Tensor.BATCH, size));
        var all = new Layer.Reduce(Statistic.SUM, List.of(0)); // of the one row
        inputs = List.of(add(nodes, all, List.of(row), List.of(size)));
        layer = new Layer.Reshape();
      }
      moved.add(add(nodes, layer, inputs, node.output().shape()).node());
    }
    var outputs =
        network.outputs().stream()
            .map(x -> new Tensor(moved.get(x.node()), x.shape(), x.role()))
            .toList();
    return new Network(network.name(), nodes, outputs, Map.of());
  }

  private static Tensor add(List<Node> nodes, Layer layer, List<Tensor> inputs, List<Long> shape) {
    var output = new Tensor(nodes.size(), shape, Tensor.Role.NUMBERS);
    nodes.add(new Node(layer, inputs, output));
    return output;
  }

  /**
   * Computes the loss.
   *
   * @param values the features of all rows, and the parameters
   */
  Result of(List<float[]> values) {
    var all = FloatBuffer.allocate(begin(sizes.size()));
    values.forEach(all::put);
    var results = executable.run(new Batch(1).floats(VALUES, all.array()));
    float[] gradient = results.get(results.size() - 1);
    List<float[]> gradients = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) {
      gradients.add(Arrays.copyOfRange(gradient, begin(i), begin(i + 1)));
    }
    return new Result(loss.value(results::get), gradients);
  }

  @Override
  public void close() {
    executable.close();
  }
}
