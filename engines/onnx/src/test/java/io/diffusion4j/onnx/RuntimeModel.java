package io.diffusion4j.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A model file in ONNX Runtime. */
final class RuntimeModel implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  RuntimeModel(Path file) throws OrtException {
    session = environment.createSession(file.toString(), new OrtSession.SessionOptions());
  }

  Set<String> inputs() {
    return session.getInputNames();
  }

  List<String> outputs() {
    return List.copyOf(session.getOutputNames());
  }

  /** The declared type and shape of each input and output. */
  Map<String, String> declarations() throws OrtException {
    Map<String, String> all = new LinkedHashMap<>();
    session.getInputInfo().forEach((name, node) -> all.put(name, node.getInfo().toString()));
    session.getOutputInfo().forEach((name, node) -> all.put(name, node.getInfo().toString()));
    return all;
  }

  Map<String, String> metadata() throws OrtException {
    return session.getMetadata().getCustomMetadata();
  }

  /** Fed arrays of floats or longs, each with its shape. */
  static final class Feed implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();

    Feed floats(String name, float[] values, long... shape) throws OrtException {
      tensors.put(name, OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape));
      return this;
    }

    Feed ints(String name, int[] values, long... shape) throws OrtException {
      long[] wide = Arrays.stream(values).asLongStream().toArray();
      tensors.put(name, OnnxTensor.createTensor(environment, LongBuffer.wrap(wide), shape));
      return this;
    }

    @Override
    public void close() {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  /** Returns an output, row-major. */
  float[] run(Feed feed, String output) throws OrtException {
    try (var result = session.run(feed.tensors, Set.of(output))) {
      var buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[buffer.remaining()];
      buffer.get(values);
      return values;
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
