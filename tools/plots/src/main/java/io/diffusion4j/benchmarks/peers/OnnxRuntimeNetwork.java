package io.diffusion4j.benchmarks.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.onnx.OnnxModel;
import io.diffusion4j.onnx.OnnxOptions;
import io.diffusion4j.onnx.OnnxPrecision;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network in ONNX Runtime with its own defaults, on all processors. The engine {@code ort} of
 * Diffusion4J has other defaults: its threads sleep between runs.
 */
final class OnnxRuntimeNetwork implements PeerNetwork {
  private final Network network;
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  private OnnxRuntimeNetwork(Network network, Path file) throws OrtException {
    this.network = network;
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
      session = environment.createSession(file.toString(), options);
    }
  }

  static OnnxRuntimeNetwork open(PeerSubject subject, Path folder) {
    var network = Network.of(subject.network());
    Path file = folder.resolve("network.onnx");
    OnnxModel.of(network, subject.weights(), OnnxOptions.plain(OnnxPrecision.FLOAT32))
        .write(file, 0);
    try {
      return new OnnxRuntimeNetwork(network, file);
    } catch (OrtException e) {
      throw fault(network, e);
    }
  }

  private static PeerException fault(Network network, OrtException e) {
    return new PeerException("ONNX Runtime: " + network.name() + ": " + e.getMessage(), e);
  }

  @Override
  public List<float[]> run(Batch batch) {
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try {
      for (var input : network.inputs().entrySet()) {
        var value = input.getValue();
        long[] sample = value.sample().stream().mapToLong(Long::longValue).toArray();
        inputs.put(
            input.getKey(),
            OnnxTensor.createTensor(
                environment,
                FloatBuffer.wrap(batch.floats(input.getKey(), sample)),
                value.shape(batch.rows())));
      }
      try (var result = session.run(inputs)) {
        List<float[]> outputs = new ArrayList<>();
        for (int i = 0; i < network.outputs().size(); i++) {
          var tensor = (OnnxTensor) result.get(StoredNetwork.output(i)).orElseThrow();
          float[] values = new float[tensor.getFloatBuffer().remaining()];
          tensor.getFloatBuffer().get(values);
          outputs.add(values);
        }
        return outputs;
      }
    } catch (OrtException e) {
      throw fault(network, e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw fault(network, e);
    }
  }
}
