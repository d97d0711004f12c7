package io.diffusion4j.benchmarks.peers;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;

/** A network in libtorch, by the Deep Java Library, on all processors. */
final class LibtorchNetwork implements PeerNetwork {
  private static final String ENGINE = "PyTorch";
  private static final String NAME = "network";

  private final Network network;
  private final Model model;
  private final Predictor<NDList, NDList> predictor;

  private LibtorchNetwork(Network network, Model model) {
    this.network = network;
    this.model = model;
    predictor = model.newPredictor(new NoopTranslator());
  }

  static LibtorchNetwork open(PeerSubject subject, TorchPrecision precision, Path folder) {
    // read when the library is loaded
    System.setProperty(
        "ai.djl.pytorch.num_threads", String.valueOf(Runtime.getRuntime().availableProcessors()));
    var network = Network.of(subject.network());
    TorchScript.of(network, subject.weights(), precision).write(folder.resolve(NAME + ".pt"));
    var model = Model.newInstance(NAME, Device.cpu(), ENGINE);
    try {
      model.load(folder, NAME);
    } catch (IOException e) {
      throw new UncheckedIOException("libtorch: " + network.name() + ": " + e.getMessage(), e);
    } catch (MalformedModelException e) {
      throw new PeerException("libtorch: " + network.name() + ": " + e.getMessage(), e);
    }
    return new LibtorchNetwork(network, model);
  }

  @Override
  public List<float[]> run(Batch batch) {
    try (NDManager manager = model.getNDManager().newSubManager()) {
      var inputs = new NDList();
      for (var input : network.inputs().entrySet()) {
        var value = input.getValue();
        long[] sample = value.sample().stream().mapToLong(Long::longValue).toArray();
        inputs.add(
            manager.create(
                FloatBuffer.wrap(batch.floats(input.getKey(), sample)),
                new Shape(value.shape(batch.rows()))));
      }
      try (NDList outputs = predictor.predict(inputs)) {
        return outputs.stream().map(NDArray::toFloatArray).toList();
      }
    } catch (TranslateException e) {
      throw new PeerException("libtorch: " + network.name() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    predictor.close();
    model.close();
  }
}
