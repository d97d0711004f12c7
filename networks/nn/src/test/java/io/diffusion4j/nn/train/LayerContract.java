package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.LayerCases;
import io.diffusion4j.nn.LayerCases.Placed;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.RunContract;
import io.diffusion4j.nn.reference.Interpreter;
import io.diffusion4j.nn.reference.Oracle;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The promise of every engine that also trains: each layer, forward and gradient, is what {@link
 * Oracle} computes, or the engine refuses it by an {@link UnsupportedLayerException}.
 */
public interface LayerContract extends RunContract {
  /** Of gradients, which are sums over a batch, relative to the largest value. */
  double GRADIENT = 1e-4;

  /** The engine that trains networks. */
  TrainingEngine trainingEngine();

  /** The names of the placed layers that the engine refuses to train. */
  Set<String> notTrained();

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.diffusion4j.nn.LayerCases#placed")
  default void aGradientIsThatOfItsDefinition(Placed layer) {
    assumeTrue(trainingEngine().unavailable(Precision.FLOAT32).isEmpty());
    Objective objective = (nn, inputs) -> Objective.Loss.of(layer.loss(nn, inputs));
    var loss = LossNetwork.of(objective);
    var network = loss.network();
    var batch = LayerCases.batch(network, 3);
    var config = FirstStep.config(batch.rows(), Compute.of(Precision.FLOAT32));
    if (notTrained().contains(layer.toString())) {
      assertThatThrownBy(() -> trainingEngine().learner(loss, config))
          .isInstanceOf(UnsupportedLayerException.class);
      return;
    }
    var weights = LayerCases.weights(network);
    var evaluation =
        new Interpreter(network, Set.of()).evaluate(batch, Oracle.parameters(network, weights));
    evaluation.differentiate(Map.of(network.outputs().get(0), new double[] {1}));
    var step = FirstStep.of(trainingEngine(), loss, config, weights, batch);
    double expected = evaluation.value(network.outputs().get(0))[0];
    assertThat(step.loss()).isCloseTo(expected, within(GRADIENT * Math.max(1, Math.abs(expected))));
    step.gradients()
        .forEach((key, g) -> Oracle.assertClose(g, evaluation.byParameter(key), GRADIENT));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.diffusion4j.nn.LayerCases#placed")
  default void aGradientByAnInputIsThatOfItsDefinition(Placed layer) {
    assumeTrue(engine().unavailable(Precision.FLOAT32).isEmpty());
    var network = Network.of((nn, inputs) -> List.of(layer.values(nn, inputs)));
    var weights = LayerCases.weights(network);
    var compute = Compute.of(Precision.FLOAT32);
    boolean trains = trainingEngine().unavailable(Precision.FLOAT32).isEmpty();
    if (!trains || notTrained().contains(layer.toString())) {
      assertThatThrownBy(() -> engine().compileWithGradient(network, "x", weights, compute))
          .isInstanceOf(UnsupportedLayerException.class);
      return;
    }
    try (var compiled = engine().compileWithGradient(network, "x", weights, compute)) {
      for (double mean : layer.layer().means()) {
        for (int seed = 4; seed < 6; seed++) {
          var batch = LayerCases.batch(network, seed, mean);
          assertGradient(compiled, network, weights, batch, LayerCases.tolerance(GRADIENT, mean));
        }
      }
    }
  }

  private static void assertGradient(
      Executable compiled, Network network, TensorSource weights, Batch batch, double tolerance) {
    var oracle =
        new Interpreter(network, Set.of("x")).evaluate(batch, Oracle.parameters(network, weights));
    double[] ones = new double[batch.rows()];
    Arrays.fill(ones, 1);
    oracle.differentiate(Map.of(network.outputs().get(0), ones));
    var results = compiled.run(batch);
    assertThat(results).hasSize(2);
    Oracle.assertClose(results.get(0), oracle.value(network.outputs().get(0)), tolerance);
    Oracle.assertClose(results.get(1), oracle.byInput("x"), tolerance);
  }
}
