package io.diffusion4j.tf;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.Precision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A network in a TensorFlow graph.
 *
 * @param inputs the inputs by name
 * @param outputs the outputs in the network's order
 */
public record NetworkGraph(Map<String, Input> inputs, List<Operand<TFloat32>> outputs) {
  /**
   * An input.
   *
   * @param sample the shape of one sample
   * @param integers whether it is an integer input
   */
  @SuppressWarnings("ArrayRecordComponent") // a shape, which is never compared
  record Input(Operand<?> placeholder, long[] sample, boolean integers) {}

  public NetworkGraph {
    inputs = Collections.unmodifiableMap(inputs);
    outputs = List.copyOf(outputs);
  }

  /** Adds a network to a graph, for batches of any size. */
  public static NetworkGraph build(
      Graph graph, Network network, Weights weights, Precision precision, Purpose purpose) {
    return build(graph, network, weights, precision, purpose, Tensor.BATCH);
  }

  /** Adds a network to a graph for batches of one size, in which every shape is known. */
  public static NetworkGraph build(
      Graph graph,
      Network network,
      Weights weights,
      Precision precision,
      Purpose purpose,
      long batch) {
    var lowering =
        new TensorFlowLowering(graph, network.parameters(), weights, precision, purpose, batch);
    network.nodes().forEach(lowering::add);
    var tf = Ops.create(graph);
    Set<Output<?>> taken = new HashSet<>(); // TensorFlow fetches a value once, and none that is fed
    lowering.inputs().values().forEach(input -> taken.add(input.placeholder.asOutput()));
    List<Operand<TFloat32>> outputs = new ArrayList<>();
    for (Tensor tensor : network.outputs()) {
      var value = lowering.numbers(tensor);
      outputs.add(taken.add(value.asOutput()) ? value : tf.identity(value));
    }
    return new NetworkGraph(lowering.inputs(), outputs);
  }

  /** Returns the placeholder of an input. */
  public Operand<?> input(String name) {
    return Objects.requireNonNull(inputs.get(name), name).placeholder;
  }

  /**
   * Feeds a batch; the native copies are added to {@code owned} and closed by the caller.
   *
   * @throws IllegalArgumentException if the batch does not have exactly the network's inputs
   */
  public void feed(Session.Runner runner, Batch batch, List<TType> owned) {
    batch.requireOnly(inputs.keySet());
    inputs.forEach(
        (name, input) -> {
          TType tensor = tensor(name, input, batch);
          owned.add(tensor);
          runner.feed(input.placeholder, tensor);
        });
  }

  private static TType tensor(String name, Input input, Batch batch) {
    long[] shape = new long[input.sample.length + 1];
    shape[0] = batch.rows();
    System.arraycopy(input.sample, 0, shape, 1, input.sample.length);
    return input.integers
        ? Tensors.of(batch.ints(name, input.sample), shape)
        : Tensors.of(batch.floats(name, input.sample), shape);
  }
}
