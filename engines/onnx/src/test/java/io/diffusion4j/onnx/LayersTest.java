package io.diffusion4j.onnx;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.LayerCases;
import io.diffusion4j.nn.LayerCases.Case;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.reference.Interpreter;
import io.diffusion4j.nn.reference.Oracle;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer in ONNX Runtime, against its definition in double precision. */
class LayersTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.diffusion4j.nn.LayerCases#all")
  void aLayerIsWhatItsDefinitionSays(Case layer) throws Exception {
    assertClose(layer, OnnxPrecision.FLOAT32, 1e-5);
  }

  /** Float16 has a relative error of 2⁻¹¹, which some layers amplify. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("io.diffusion4j.nn.LayerCases#all")
  void aLayerIsCloseInFloat16(Case layer) throws Exception {
    assertClose(layer, OnnxPrecision.FLOAT16, 1e-2);
  }

  private void assertClose(Case layer, OnnxPrecision precision, double tolerance) throws Exception {
    Network network = layer.forward();
    var weights = LayerCases.weights(network);
    Batch batch = LayerCases.batch(network, 2);
    double[] expected =
        new Interpreter(network, Set.of())
            .evaluate(batch, Oracle.parameters(network, weights))
            .value(network.outputs().get(0));
    Path file = folder.resolve("layer.onnx");
    OnnxModel.of(network, weights, OnnxOptions.plain(precision)).write(file, OnnxModel.MAX_BYTES);
    try (var model = new RuntimeModel(file);
        var feed = feed(network, batch)) {
      Oracle.assertClose(model.run(feed, StoredNetwork.output(0)), expected, tolerance);
    }
  }

  private static RuntimeModel.Feed feed(Network network, Batch batch) throws Exception {
    var feed = new RuntimeModel.Feed();
    for (var input : network.inputs().entrySet()) {
      Tensor value = input.getValue();
      long[] sample = value.sample().stream().mapToLong(Long::longValue).toArray();
      long[] shape = value.shape(batch.rows());
      if (value.role() == Tensor.Role.INTEGERS) {
        feed.ints(input.getKey(), batch.ints(input.getKey(), sample), shape);
      } else {
        feed.floats(input.getKey(), batch.floats(input.getKey(), sample), shape);
      }
    }
    return feed;
  }
}
