package io.diffusion4j.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.diffusion4j.diffusion.denoiser.NoMemoryException;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.EngineUnavailableException;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.weights.NamedTensors;
import io.diffusion4j.onnx.OnnxModel;
import io.diffusion4j.onnx.OnnxOptions;
import io.diffusion4j.onnx.OnnxPrecision;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** A network with its weights as a session of ONNX Runtime. */
final class OrtNetwork implements Executable {
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
   * Writes the network to a temporary file, and opens that.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   * @throws EngineUnavailableException if ONNX Runtime refuses the model or the provider
   */
  OrtNetwork(Network network, NamedTensors weights, Threads threads, Provider provider) {
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

  @Override
  public List<float[]> run(Batch batch) {
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
      try (var result = session.run(inputs)) {
        List<float[]> outputs = new ArrayList<>(network.outputs().size());
        for (int i = 0; i < network.outputs().size(); i++) {
          outputs.add(floats((OnnxTensor) result.get(StoredNetwork.output(i)).orElseThrow()));
        }
        return outputs;
      }
    } catch (OrtException e) {
      if (isOutOfMemory(e)) {
        throw new NoMemoryException(
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

  @Override
  public void close() {
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
}
