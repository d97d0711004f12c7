package io.diffusion4j.tf.testing;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Parameter;
import io.diffusion4j.tf.Casts;
import io.diffusion4j.tf.NetworkGraph;
import io.diffusion4j.tf.Purpose;
import io.diffusion4j.tf.Sessions;
import io.diffusion4j.tf.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A piece of a network whose parameters are set, asked and differentiated by name, all in the axis
 * order of checkpoints.
 */
public final class Probe implements AutoCloseable {
  /** What is probed. */
  @FunctionalInterface
  public interface Piece {
    Tensor build(Nn nn, Inputs inputs);
  }

  private record Leaf(Parameter parameter, Placeholder<TFloat32> value) {}

  private final Graph graph = new Graph();
  private final Map<String, Leaf> leaves = new LinkedHashMap<>();
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private final NetworkGraph network;
  private final Operand<TFloat32> output;
  private final Placeholder<TFloat32> cotangent;
  private final Output<?>[] gradients;
  private final Session session;

  /** Builds a piece in float32; {@code initial} gives the values of each parameter. */
  public Probe(Piece piece, Function<Parameter, float[]> initial) {
    var tf = Ops.create(graph);
    var defined = Network.of((nn, inputs) -> List.of(piece.build(nn, inputs)));
    defined.parameters().forEach((key, p) -> values.put(key, initial.apply(p).clone()));
    network =
        NetworkGraph.build(
            graph,
            defined,
            (ops, parameter, precision) -> {
              var shape = Shape.of(parameter.layout().graphShape(parameter.shape()));
              var value = ops.placeholder(TFloat32.class, Placeholder.shape(shape));
              leaves.put(parameter.key(), new Leaf(parameter, value));
              return Casts.to(ops, value, precision);
            },
            Precision.FLOAT32,
            Purpose.TRAINING);
    output = network.outputs().get(0);
    cotangent = tf.placeholder(TFloat32.class, Placeholder.shape(output.shape()));
    Output<?>[] variables =
        leaves.values().stream().map(leaf -> leaf.value.asOutput()).toArray(Output[]::new);
    gradients =
        leaves.isEmpty()
            ? new Output<?>[0]
            : graph.addGradients(
                "probe",
                new Output<?>[] {output.asOutput()},
                variables,
                new Output<?>[] {cotangent.asOutput()});
    session = Sessions.open(graph);
  }

  public Set<String> parameters() {
    return leaves.keySet();
  }

  /** The present values of a parameter, live: a change shows in the next answer. */
  public float[] values(String parameter) {
    return Objects.requireNonNull(values.get(parameter), parameter);
  }

  /** The output, row-major. */
  public float[] output(Batch batch) {
    List<TType> owned = new ArrayList<>();
    try (var result = feed(batch, owned).fetch(output).run()) {
      return Tensors.floats(result.get(0));
    } finally {
      owned.forEach(TType::close);
    }
  }

  /** For each parameter the gradient of Σ weights·output. */
  public Map<String, float[]> gradients(Batch batch, float[] weights, long... outputShape) {
    List<TType> owned = new ArrayList<>();
    var runner = feed(batch, owned);
    TFloat32 seed = Tensors.of(weights, outputShape);
    owned.add(seed);
    runner.feed(cotangent, seed);
    for (Output<?> gradient : gradients) {
      runner.fetch(gradient);
    }
    try (var result = runner.run()) {
      Map<String, float[]> byName = new LinkedHashMap<>();
      int i = 0;
      for (Leaf leaf : leaves.values()) {
        var p = leaf.parameter;
        byName.put(p.key(), p.layout().toCheckpoint(Tensors.floats(result.get(i++)), p.shape()));
      }
      return byName;
    } finally {
      owned.forEach(TType::close);
    }
  }

  private Session.Runner feed(Batch batch, List<TType> owned) {
    var runner = session.runner();
    network.feed(runner, batch, owned);
    for (Leaf leaf : leaves.values()) {
      var p = leaf.parameter;
      var tensor =
          Tensors.of(
              p.layout().toGraph(values(p.key()), p.shape()), p.layout().graphShape(p.shape()));
      owned.add(tensor);
      runner.feed(leaf.value, tensor);
    }
    return runner;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
