package io.diffusion4j.nn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.nn.LayerCases;
import io.diffusion4j.nn.LayerCases.Case;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.reference.Interpreter;
import io.diffusion4j.nn.reference.Oracle;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The promise of every engine that runs networks: each layer is what {@link Oracle} computes, or
 * the engine refuses it by an {@link UnsupportedLayerException}.
 */
public interface RunContract {
  /** Float32 against double, relative to the largest value. */
  double FORWARD = 1e-5;

  /** The engine that runs networks. */
  Engine engine();

  /** The number format in which layers are tried. */
  default Precision format() {
    return Precision.FLOAT32;
  }

  /** The tolerance of a layer, relative to the largest value. */
  default double tolerance() {
    return FORWARD;
  }

  /** The names of the cases that the engine refuses to run. */
  Set<String> notRun();

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.diffusion4j.nn.LayerCases#all")
  default void aLayerIsWhatItsDefinitionSays(Case layer) {
    assumeTrue(engine().unavailable(format()).isEmpty());
    var network = layer.forward();
    var weights = LayerCases.weights(network);
    var compute = Compute.of(format());
    if (notRun().contains(layer.name())) {
      assertThatThrownBy(() -> engine().compile(network, weights, compute))
          .isInstanceOf(UnsupportedLayerException.class);
      return;
    }
    try (var compiled = engine().compile(network, weights, compute)) {
      for (double mean : layer.means()) {
        var batch = LayerCases.batch(network, 2, mean);
        var evaluation =
            new Interpreter(network, Set.of()).evaluate(batch, Oracle.parameters(network, weights));
        Oracle.assertClose(
            compiled.run(batch).get(0),
            evaluation.value(network.outputs().get(0)),
            LayerCases.tolerance(tolerance(), mean));
      }
    }
  }

  @Test
  default void outputsMayBeEqualToEachOtherAndToInputs() {
    assumeTrue(engine().unavailable(format()).isEmpty());
    var network =
        Network.of(
            (nn, inputs) -> {
              var x = inputs.floats("x", 2, 3);
              var y = nn.output(nn.linear(nn.input(x), 3));
              return List.of(y, x, y, x, nn.reshape(x, -1, 6));
            });
    var batch = LayerCases.batch(network, 6);
    var weights = LayerCases.weights(network);
    try (var compiled = engine().compile(network, weights, Compute.of(format()))) {
      var results = compiled.run(batch);
      float[] x = batch.floats("x", 2, 3);
      assertThat(results).hasSize(5);
      assertThat(results.get(0)).isNotEqualTo(x).isEqualTo(results.get(2));
      assertThat(List.of(results.get(1), results.get(3), results.get(4)))
          .allSatisfy(same -> assertThat(same).isEqualTo(x));
    }
  }

  @Test
  default void aClosedNetworkDoesNotRun() {
    assumeTrue(engine().unavailable(format()).isEmpty());
    var network =
        Network.of(
            (nn, inputs) -> List.of(nn.output(nn.linear(nn.input(inputs.floats("x", 3)), 3))));
    var compute = Compute.of(format());
    var compiled = engine().compile(network, LayerCases.weights(network), compute);
    var batch = LayerCases.batch(network, 6);
    compiled.run(batch);
    compiled.close();
    assertThatThrownBy(() -> compiled.run(batch)).isInstanceOf(IllegalStateException.class);
  }
}
