package io.diffusion4j.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.NativeOutOfMemoryException;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.EngineUnavailableException;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.onnx.OnnxModel;
import io.diffusion4j.onnx.OnnxOptions;
import io.diffusion4j.onnx.OnnxPrecision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A network with its weights as a session of ONNX Runtime. */
final class OrtNetwork {
  private static final String MODEL = "network.onnx";

  /** Threads that wait for work sleep, because several sessions have threads of their own. */
  private static final String SPINNING = "session.intra_op.allow_spinning";

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Network network;
  private final OrtSession session;

  /** The lock that networks with the same threads hold during a run. */
  private final ReentrantLock turn;

  private boolean closed;

  /**
   * Opens a network and its variants. Variants with the same layers return other outputs of the
   * network's session; one with some of the parameters has a session of its own, with a copy of
   * their weights; one with all of them is refused when it runs, since it would take the memory of
   * a second network.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   * @throws EngineUnavailableException if ONNX Runtime refuses a model or the provider
   */
  static List<Executable> of(
      Network network,
      List<Network> variants,
      TensorSource weights,
      Threads threads,
      Provider provider) {
    Set<Tensor> outputs = new LinkedHashSet<>(network.outputs());
    variants.stream()
        .filter(variant -> variant.nodes().equals(network.nodes()))
        .forEach(variant -> outputs.addAll(variant.outputs()));
    var all =
        new Network(network.name(), network.nodes(), List.copyOf(outputs), network.parameters());
    List<OrtNetwork> sessions = new ArrayList<>();
    try {
      var whole = new OrtNetwork(all, weights, threads, provider);
      sessions.add(whole);
      List<Executable> executables = new ArrayList<>();
      executables.add(new Part(whole, network.outputs(), sessions));
      for (Network variant : variants) {
        if (variant.nodes().equals(network.nodes())) {
          executables.add(new Part(whole, variant.outputs(), sessions));
        } else if (variant.parameters().keySet().equals(network.parameters().keySet())) {
          executables.add(new Refused(provider.engine, sessions));
        } else {
          var some = weights.only(variant.parameters().keySet()::contains);
          var session = new OrtNetwork(variant, some, threads, provider);
          sessions.add(session);
          executables.add(new Part(session, variant.outputs(), sessions));
        }
      }
      return executables;
    } catch (RuntimeException | Error e) {
      sessions.forEach(OrtNetwork::close);
      throw e;
    }
  }

  /** Some outputs of a session, closed with all sessions. */
  private record Part(OrtNetwork session, List<Tensor> outputs, List<OrtNetwork> all)
      implements Executable {
    @Override
    public List<float[]> run(Batch batch) {
      return session.run(batch, outputs);
    }

    @Override
    public void close() {
      all.forEach(OrtNetwork::close);
    }
  }

  /** A variant without a session. */
  private record Refused(String engine, List<OrtNetwork> all) implements Executable {
    @Override
    public List<float[]> run(Batch batch) {
      throw Check.refusal(
          "engine", engine, "another than ONNX Runtime, to leave out parts of a network");
    }

    @Override
    public void close() {
      all.forEach(OrtNetwork::close);
    }
  }

  /**
   * Writes the network to a temporary file, and opens that.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   * @throws EngineUnavailableException if ONNX Runtime refuses the model or the provider
   */
  private OrtNetwork(Network network, TensorSource weights, Threads threads, Provider provider) {
    this.network = network;
    turn = threads.pool(ReentrantLock.class, of -> new ReentrantLock());
    var model = OnnxModel.of(network, weights, OnnxOptions.plain(OnnxPrecision.FLOAT32));
    try (var folder = new TemporaryFolder();
        var options = new OrtSession.SessionOptions()) {
      Path file = folder.path().resolve(MODEL);
      model.write(file, 0);
      options.setIntraOpNumThreads(threads.count());
      options.addConfigEntry(SPINNING, "0");
      provider.addTo(options);
      session = environment.createSession(file.toString(), options);
    } catch (OrtException e) {
      throw new EngineUnavailableException(
          "engine: " + provider.engine + ": " + network.name() + ": " + e.getMessage(), e);
    }
  }

  private List<float[]> run(Batch batch, List<Tensor> asked) {
    batch.requireOnly(network.inputs().keySet());
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    turn.lock();
    try {
      if (closed) {
        throw new IllegalStateException(network.name() + ": closed (expected: open)");
      }
      for (var input : network.inputs().entrySet()) {
        inputs.put(input.getKey(), tensor(batch, input.getKey(), input.getValue()));
      }
      List<String> names =
          asked.stream().map(network.outputs()::indexOf).map(StoredNetwork::output).toList();
      try (var result = session.run(inputs, Set.copyOf(names))) {
        List<float[]> outputs = new ArrayList<>(names.size());
        for (String name : names) {
          outputs.add(floats((OnnxTensor) result.get(name).orElseThrow()));
        }
        return outputs;
      }
    } catch (OrtException e) {
      if (isOutOfMemory(e)) {
        throw new NativeOutOfMemoryException(
            "batch: " + batch.rows() + " rows (expected: fewer, or more memory)", e);
      }
      throw new IllegalStateException(network.name() + ": " + e.getMessage(), e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
      turn.unlock();
    }
  }

  /** ONNX Runtime has no error code for this: only the messages differ. */
  private static boolean isOutOfMemory(OrtException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("Failed to allocate memory") || message.contains("bad_alloc");
  }

  private OnnxTensor tensor(Batch batch, String name, Tensor value) throws OrtException {
    long[] sample = value.sample().stream().mapToLong(Long::longValue).toArray();
    long[] shape = value.shape(batch.rows());
    if (value.role() != Tensor.Role.INTEGERS) {
      return OnnxTensor.createTensor(
          environment, FloatBuffer.wrap(batch.floats(name, sample)), shape);
    }
    int[] ints = batch.ints(name, sample);
    long[] longs = new long[ints.length];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = ints[i];
    }
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(longs), shape);
  }

  private static float[] floats(OnnxTensor tensor) {
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private void close() {
    turn.lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException(network.name() + ": " + e.getMessage(), e);
    } finally {
      turn.unlock();
    }
  }

  /** A folder in the system's place for temporary files that is deleted with its files. */
  private static final class TemporaryFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryFolder.class);

    private final Path path;

    TemporaryFolder() {
      try {
        path = Files.createTempDirectory("diffusion4j-ort");
      } catch (IOException e) {
        throw new UncheckedIOException("cannot create a temporary folder: " + e.getMessage(), e);
      }
    }

    Path path() {
      return path;
    }

    /**
     * Deletes the folder. A file that the runtime still maps cannot be deleted on Windows; it is
     * deleted at the end of the process.
     */
    @Override
    public void close() {
      try (Stream<Path> files = Files.list(path)) {
        boolean isEmpty = true;
        for (Path file : files.toList()) {
          isEmpty &= delete(file);
        }
        if (isEmpty) {
          Files.delete(path);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot delete " + path + ": " + e.getMessage(), e);
      }
    }

    private boolean delete(Path file) {
      try {
        Files.delete(file);
        return true;
      } catch (IOException e) {
        LOG.debug("{}: left to the end of the process: {}", file, e.getMessage());
        List.of(path, file).forEach(left -> left.toFile().deleteOnExit()); // in reverse order
        return false;
      }
    }
  }
}
