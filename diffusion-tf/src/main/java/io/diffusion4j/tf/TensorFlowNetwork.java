package io.diffusion4j.tf;

import io.diffusion4j.diffusion.denoiser.NoMemoryException;
import io.diffusion4j.tf.nn.FedWeights;
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
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/** A network with its weights as a graph of TensorFlow's, which is built once and never grows. */
final class TensorFlowNetwork implements Executable {
  /** Weights of which so many bytes are worth a look through the whole native heap. */
  private static final long LARGE = 64 << 20;

  private final Graph graph = new Graph();
  private final FedWeights fed;
  private final long weightBytes;
  private final Session session;
  private final Inputs inputs;
  private final List<Operand<TFloat32>> outputs;

  /**
   * Builds the network and loads its weights.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly those that
   *     the network asks for; the message lists all differences
   */
  TensorFlowNetwork(Network network, NamedTensors source, Precision precision) {
    try {
      var weights = LoadedWeights.from(source);
      weightBytes = weights.bytes();
      inputs = Inputs.of(Ops.create(graph));
      outputs = List.copyOf(network.build(Nn.of(graph, weights, precision), inputs));
      weights.verifyComplete();
      session = Sessions.open(graph);
      fed = weights.load();
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  @Override
  public List<float[]> run(Batch batch) {
    try (var call = new Call(batch);
        var result = call.runner.run()) {
      List<float[]> values = new ArrayList<>(outputs.size());
      result.forEach(entry -> values.add(Tensors.floats(entry.getValue())));
      return values;
    } catch (TFResourceExhaustedException e) {
      throw new NoMemoryException(
          "batch: " + batch.rows() + " rows (expected: fewer, or more memory)", e);
    }
  }

  /**
   * Runs the network and has TensorFlow tell when each operation began and ended, which makes the
   * call a little slower.
   */
  StepStats trace(Batch batch) {
    var options = RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    try (var call = new Call(batch);
        var result = call.runner.setOptions(options).runAndFetchMetadata()) {
      return result.getMetadata().orElseThrow().getStepStats();
    }
  }

  /** A run that is about to begin, with its native inputs. */
  private final class Call implements AutoCloseable {
    final Session.Runner runner = session.runner();
    private final List<TType> owned = new ArrayList<>();

    Call(Batch batch) {
      try {
        inputs.feed(runner, batch, owned);
        fed.feed(runner);
      } catch (RuntimeException | Error e) {
        close();
        throw e;
      }
      outputs.forEach(runner::fetch);
    }

    @Override
    public void close() {
      owned.forEach(TType::close);
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
    fed.close();
    if (weightBytes >= LARGE) {
      NativeHeap.trim();
    }
  }
}
