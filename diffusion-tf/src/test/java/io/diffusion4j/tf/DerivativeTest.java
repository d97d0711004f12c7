package io.diffusion4j.tf;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Output;

/** What {@link Derivative} is for; that its gradients are right is {@link NnGradientTest}'s. */
class DerivativeTest {
  private static final int CHANNELS = 16;

  /** The same sums in another order. */
  private static final double TOLERANCE = 1e-6;

  private static Tensor network(Nn nn, Tensor x) {
    var h = nn.groupNormSilu(x, 4, 1e-5);
    var rows = nn.reshape(h, 2, 16, CHANNELS);
    return nn.attention(rows, rows, rows, 2, List.of());
  }

  private static TensorMap weights() {
    return new TensorMap()
        .put("image", new long[] {2, 4, 4, CHANNELS}, gaussian(2 * 16 * CHANNELS, 3))
        .put("weight", new long[] {CHANNELS}, gaussian(CHANNELS, 1))
        .put("bias", new long[] {CHANNELS}, gaussian(CHANNELS, 2));
  }

  /** The network of an image that is a parameter, so that it is differentiated. */
  private static NetworkGraph build(Graph graph, Precision precision, Purpose purpose) {
    var defined =
        Network.of(
            (nn, inputs) -> {
              var image = nn.parameter("image", Init.ZEROS, 2, 4, 4, CHANNELS);
              return List.of(nn.output(network(nn, nn.input(image))), image);
            });
    return NetworkGraph.build(graph, defined, LoadedWeights.from(weights()), precision, purpose);
  }

  private static float[] gaussian(int size, long seed) {
    return Init.normal(1).values(new long[] {size}, new SplittableRandom(seed));
  }

  @Test
  void aNetworkToBeRunAnswersAsOneToBeDifferentiated() {
    assertClose(answer(Purpose.INFERENCE), answer(Purpose.TRAINING), TOLERANCE);
  }

  private static float[] answer(Purpose purpose) {
    try (var graph = new Graph()) {
      var y = build(graph, Precision.FLOAT32, purpose).outputs().get(0);
      try (var session = Sessions.open(graph);
          var result = session.runner().fetch(y).run()) {
        return Tensors.floats(result.get(0));
      }
    }
  }

  @Test
  void attentionIsDifferentiatedInOperationsThatOneDnnTakes() {
    try (var graph = new Graph()) {
      var network = build(graph, Precision.BFLOAT16, Purpose.TRAINING);
      var y = network.outputs().get(0);
      var x = network.outputs().get(1);
      graph.addGradients(y.asOutput(), new Output<?>[] {x.asOutput()});
      List<String> products = new ArrayList<>();
      graph
          .operations()
          .forEachRemaining(
              op -> {
                if (op.type().startsWith("BatchMatMul")) {
                  products.add(op.type());
                }
              });
      assertThat(products).hasSize(6).containsOnly("BatchMatMulV2");
    }
  }
}
