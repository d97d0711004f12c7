package io.diffusion4j.tf;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.denoiser.NativeOutOfMemoryException;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.OperationTime;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.management.JMException;
import javax.management.ObjectName;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.family.TType;

/**
 * A network with its weights as a TensorFlow graph, which is built once and never grows. Variants
 * are in the same graph and read the same weights.
 */
final class TensorFlowNetwork implements Executable {
  /** From this size of weights in bytes, the native heap is trimmed on closing. */
  private static final long LARGE = 64 << 20;

  private final Graph graph = new Graph();
  private final FedWeights fed;
  private final long weightBytes;
  private final Session session;
  private final Subgraph whole;
  private final List<Executable> variants = new ArrayList<>();

  /**
   * Builds the graph and loads the weights.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   */
  static List<Executable> of(
      Network network, List<Network> variants, TensorSource source, Compute compute) {
    var whole = new TensorFlowNetwork(network, variants, Optional.empty(), source, compute);
    List<Executable> all = new ArrayList<>(List.of(whole));
    all.addAll(whole.variants);
    return List.copyOf(all);
  }

  /**
   * Builds the graph with a further output: the gradient of the first output's sum with respect to
   * an input.
   */
  static TensorFlowNetwork withGradient(
      Network network, String input, TensorSource source, Compute compute) {
    return new TensorFlowNetwork(network, List.of(), Optional.of(input), source, compute);
  }

  private TensorFlowNetwork(
      Network network,
      List<Network> variants,
      Optional<String> by,
      TensorSource source,
      Compute compute) {
    try {
      network.requireFits(source);
      var weights = LoadedWeights.from(source);
      weightBytes = weights.bytes();
      var built =
          NetworkGraph.build(
              graph,
              network,
              weights,
              compute.precision(),
              by.isPresent() ? Purpose.TRAINING : Purpose.INFERENCE);
      List<Operand<?>> all = new ArrayList<>(built.outputs());
      by.ifPresent(input -> all.add(gradient(built, input)));
      whole = new Subgraph(built, all);
      for (Network variant : variants) {
        var other =
            NetworkGraph.build(graph, variant, weights, compute.precision(), Purpose.INFERENCE);
        this.variants.add(new Variant(new Subgraph(other, List.copyOf(other.outputs()))));
      }
      fed = weights.load(); // before the session: a graph waits for its sessions to be closed
      session = Sessions.open(graph, compute.threads());
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  private Output<?> gradient(NetworkGraph network, String input) {
    var first = network.outputs().get(0).asOutput();
    return graph.addGradients(first, new Output<?>[] {network.input(input).asOutput()})[0];
  }

  /** A network in the graph, and the values that a run returns. */
  private record Subgraph(NetworkGraph network, List<Operand<?>> fetched) {
    Subgraph {
      fetched = List.copyOf(fetched);
    }
  }

  /** A variant, which is closed with the whole network. */
  private final class Variant implements Executable {
    private final Subgraph subgraph;

    Variant(Subgraph subgraph) {
      this.subgraph = subgraph;
    }

    @Override
    public List<float[]> run(Batch batch) {
      return TensorFlowNetwork.this.run(subgraph, batch);
    }

    @Override
    public List<OperationTime> trace(Batch batch) {
      return TensorFlowNetwork.this.trace(subgraph, batch);
    }

    @Override
    public void close() {
      TensorFlowNetwork.this.close();
    }
  }

  @Override
  public List<float[]> run(Batch batch) {
    return run(whole, batch);
  }

  private List<float[]> run(Subgraph subgraph, Batch batch) {
    try (var call = new Call(subgraph, batch);
        var result = call.runner.run()) {
      List<float[]> values = new ArrayList<>(subgraph.fetched.size());
      result.forEach(entry -> values.add(Tensors.floats(entry.getValue())));
      return values;
    } catch (TFResourceExhaustedException e) {
      throw new NativeOutOfMemoryException(
          "batch: " + batch.rows() + " rows (expected: fewer, or more memory)", e);
    }
  }

  @Override
  public List<OperationTime> trace(Batch batch) {
    return trace(whole, batch);
  }

  private List<OperationTime> trace(Subgraph subgraph, Batch batch) {
    var options = RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    try (var call = new Call(subgraph, batch);
        var result = call.runner.setOptions(options).runAndFetchMetadata()) {
      List<OperationTime> times = new ArrayList<>();
      for (DeviceStepStats device :
          result.getMetadata().orElseThrow().getStepStats().getDevStatsList()) {
        device.getNodeStatsList().forEach(node -> times.add(time(node)));
      }
      return times;
    }
  }

  private static OperationTime time(NodeExecStats node) {
    return new OperationTime(
        node.getTimelineLabel(),
        node.getNodeName(),
        node.getThreadId(),
        node.getAllStartNanos() + node.getOpStartRelNanos(),
        node.getOpEndRelNanos() - node.getOpStartRelNanos());
  }

  /** A prepared run with its native inputs. */
  private final class Call implements AutoCloseable {
    final Session.Runner runner = session.runner();
    private final List<TType> owned = new ArrayList<>();

    Call(Subgraph subgraph, Batch batch) {
      try {
        subgraph.network.feed(runner, batch, owned);
        fed.feed(runner);
      } catch (RuntimeException | Error e) {
        close();
        throw e;
      }
      subgraph.fetched.forEach(runner::fetch);
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

  /** The heap of native allocations. */
  private static final class NativeHeap {
    private static final System.Logger LOG = System.getLogger(TensorFlowNetwork.class.getName());

    private NativeHeap() {}

    /**
     * Returns freed memory to the system: glibc keeps it in its arenas, so a closed network would
     * stay resident. Does nothing on virtual machines without this function; only HotSpot on Linux
     * has it.
     */
    static void trim() {
      try {
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "systemTrimNativeHeap",
                new Object[0],
                new String[0]);
      } catch (JMException e) {
        LOG.log(System.Logger.Level.DEBUG, "the native heap cannot be trimmed", e);
      }
    }
  }
}
