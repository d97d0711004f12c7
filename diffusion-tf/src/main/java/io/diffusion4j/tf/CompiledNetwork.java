package io.diffusion4j.tf;

import io.diffusion4j.tf.nn.LoadedWeights;
import io.diffusion4j.tf.nn.NamedTensors;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.nn.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A network with its weights, ready to run: the graph is built once and never grows.
 *
 * <p>Safe for use by several threads at once. The native memory is held until {@link #close}.
 */
public final class CompiledNetwork implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final Inputs inputs;
  private final List<Operand<TFloat32>> outputs;

  /**
   * Builds the network and fills in its weights.
   *
   * @throws io.diffusion4j.tf.checkpoint.CheckpointException if the weights are not exactly those
   *     that the network asks for; the message lists all differences
   */
  public CompiledNetwork(Network network, NamedTensors source, Precision precision) {
    try {
      var weights = LoadedWeights.from(source);
      inputs = Inputs.of(Ops.create(graph));
      outputs = List.copyOf(network.build(Nn.of(graph, weights, precision), inputs));
      weights.verifyComplete();
      session = Sessions.open(graph);
      weights.fill(session);
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  /**
   * Runs the network.
   *
   * @return for each output the whole batch, row-major
   */
  public List<float[]> run(Batch batch) {
    List<TType> owned = new ArrayList<>();
    try {
      var runner = session.runner();
      inputs.feed(runner, batch, owned);
      outputs.forEach(runner::fetch);
      try (var result = runner.run()) {
        List<float[]> values = new ArrayList<>(outputs.size());
        result.forEach(entry -> values.add(Tensors.floats(entry.getValue())));
        return values;
      }
    } finally {
      owned.forEach(TType::close);
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
