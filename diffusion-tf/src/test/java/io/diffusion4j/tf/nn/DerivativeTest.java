package io.diffusion4j.tf.nn;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.tf.Sessions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** What {@link Derivative} is for; that its gradients are right is {@link NnGradientTest}'s. */
class DerivativeTest {
  private static final int CHANNELS = 16;

  /** The same sums in another order. */
  private static final double TOLERANCE = 1e-6;

  private static Operand<TFloating> network(Nn nn, Operand<TFloating> x) {
    var h = nn.groupNormSilu(x, 4, 1e-5);
    var rows = nn.reshape(h, -1, 16, CHANNELS);
    return nn.attention(rows, rows, rows, 2, List.of());
  }

  private static MapTensors weights() {
    return new MapTensors()
        .put("weight", gaussian(CHANNELS, 1), CHANNELS)
        .put("bias", gaussian(CHANNELS, 2), CHANNELS);
  }

  private static Operand<TFloat32> image(Nn nn) {
    return nn.reshape(nn.tf().constant(gaussian(2 * 16 * CHANNELS, 3)), 2, 4, 4, CHANNELS);
  }

  private static float[] gaussian(int size, long seed) {
    return Init.normal(1).values(new long[] {size}, new SplittableRandom(seed));
  }

  @Test
  void aNetworkToBeRunAnswersAsOneToBeDifferentiated() {
    assertClose(
        answer(graph -> Nn.of(graph, LoadedWeights.from(weights()), Precision.FLOAT32)),
        answer(graph -> Nn.forTraining(graph, LoadedWeights.from(weights()), Precision.FLOAT32)),
        TOLERANCE);
  }

  private static float[] answer(java.util.function.Function<Graph, Nn> root) {
    try (var graph = new Graph()) {
      var nn = root.apply(graph);
      var y = nn.output(network(nn, nn.input(image(nn))));
      try (var session = Sessions.open(graph);
          var result = session.runner().fetch(y).run()) {
        return Tensors.floats(result.get(0));
      }
    }
  }

  @Test
  void attentionIsDifferentiatedInOperationsThatOneDnnTakes() {
    try (var graph = new Graph()) {
      var nn = Nn.forTraining(graph, LoadedWeights.from(weights()), Precision.BFLOAT16);
      var x = image(nn);
      var y = nn.output(network(nn, nn.input(x)));
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
