package io.diffusion4j.tf;

import io.diffusion4j.tf.nn.Differences;
import io.diffusion4j.tf.nn.Layer;
import io.diffusion4j.tf.nn.NamedTensors;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.nn.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;

/**
 * A network as layers: what its {@link Network#build} asked {@link Nn} for. The layers stand in an
 * order in which each comes after its inputs.
 *
 * @param nodes the layers; the inputs come first
 * @param outputs which of them are the network's outputs
 * @param parameters what the network asks its checkpoint for, by key
 */
public record NetworkTrace(
    List<Node> nodes, List<Integer> outputs, Map<String, Parameter> parameters) {

  /**
   * A layer of a network.
   *
   * @param inputs which layers it reads
   * @param shape of its output for one sample, without the batch
   */
  public record Node(Layer layer, List<Integer> inputs, List<Long> shape) {
    public Node {
      inputs = List.copyOf(inputs);
      shape = List.copyOf(shape);
    }

    /** The number of values. */
    public long size() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }
  }

  /** One layer as it was told. */
  private record Told(Layer layer, List<Output<?>> inputs) {}

  public NetworkTrace {
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /**
   * Builds the network without weights and writes down its layers.
   *
   * @throws UnsupportedLayerException if an output depends on something that is no {@link Layer}
   */
  public static NetworkTrace of(Network network) {
    var weights = new PlaceholderWeights();
    try (var graph = new Graph()) {
      Map<Output<?>, Told> told = new HashMap<>();
      var nn =
          Nn.recorded(
              graph,
              weights,
              (layer, inputs, output) ->
                  told.put(
                      output.asOutput(),
                      new Told(layer, inputs.stream().<Output<?>>map(Operand::asOutput).toList())));
      var inputs = Inputs.of(Ops.create(graph));
      var outputs = network.build(nn, inputs);
      var order = new Order(told);
      inputs.declared().forEach((name, input) -> order.input(name, input));
      List<Integer> last = outputs.stream().map(o -> order.visit(o.asOutput())).toList();
      return new NetworkTrace(order.nodes, last, weights.parameters());
    }
  }

  /**
   * Checks that these weights are what the network asks for.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if anything is missing, unused or of the
   *     wrong shape
   */
  public void requireFits(NamedTensors weights) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    parameters.forEach((key, parameter) -> shapes.put(key, parameter.shape()));
    Differences.between(shapes, weights.names(), weights::shape)
        .requireNone(Path.of(weights.origin()));
  }

  /** Writes down what is reached from the outputs, inputs before what reads them. */
  private static final class Order {
    private final Map<Output<?>, Told> told;
    private final Map<Output<?>, Integer> index = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();

    Order(Map<Output<?>, Told> told) {
      this.told = told;
    }

    void input(String name, Inputs.Input input) {
      add(input.placeholder().asOutput(), new Layer.Input(name, input.integers()), List.of());
    }

    /** As deep as the network, which is a few hundred layers. */
    int visit(Output<?> output) {
      Integer known = index.get(output);
      if (known != null) {
        return known;
      }
      Told layer = told.get(output);
      if (layer == null) {
        throw new UnsupportedLayerException(output.op().type() + " (" + output.op().name() + ")");
      }
      return add(output, layer.layer, layer.inputs.stream().map(this::visit).toList());
    }

    private int add(Output<?> output, Layer layer, List<Integer> inputs) {
      long[] shape = output.shape().asArray();
      List<Long> sample = new ArrayList<>();
      for (int i = 1; i < shape.length; i++) {
        sample.add(shape[i]);
      }
      nodes.add(new Node(layer, inputs, sample));
      index.put(output, nodes.size() - 1);
      return nodes.size() - 1;
    }
  }
}
