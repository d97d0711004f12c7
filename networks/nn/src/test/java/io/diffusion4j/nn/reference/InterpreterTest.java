package io.diffusion4j.nn.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.LayerCases;
import io.diffusion4j.nn.LayerCases.Placed;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Statistic;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle: its gradients against central differences, in double precision. */
class InterpreterTest {
  private static final double H = 1e-5;
  private static final double TOLERANCE = 1e-6;

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.diffusion4j.nn.LayerCases#placed")
  void aGradientIsTheCentralDifference(Placed layer) {
    if (layer.layer().name().equals("a value without gradient")) {
      return; // its central difference is not its gradient; see below
    }
    var network = Network.of((nn, inputs) -> List.of(layer.loss(nn, inputs)));
    var random = new SplittableRandom(4);
    Map<String, double[]> parameters = new HashMap<>();
    network
        .parameters()
        .forEach(
            (key, p) ->
                parameters.put(key, random.doubles(p.size(), -1, 1).map(x -> x + 0.1).toArray()));
    var batch = LayerCases.batch(network, 5);
    var interpreter = new Interpreter(network, Set.of());
    var loss = network.outputs().get(0);
    var evaluation = interpreter.evaluate(batch, parameters);
    evaluation.differentiate(Map.of(loss, new double[] {1}));
    for (String key : network.parameters().keySet()) {
      double[] values = Objects.requireNonNull(parameters.get(key));
      double[] gradient = evaluation.byParameter(key);
      for (int i = 0; i < values.length; i++) {
        double kept = values[i];
        values[i] = kept + H;
        double above = interpreter.evaluate(batch, parameters).value(loss)[0];
        values[i] = kept - H;
        double below = interpreter.evaluate(batch, parameters).value(loss)[0];
        values[i] = kept;
        double scale = 1 + Math.abs(gradient[i]);
        assertThat((above - below) / (2 * H))
            .as("%s[%d]", key, i)
            .isCloseTo(gradient[i], within(TOLERANCE * scale));
      }
    }
  }

  @Test
  void noGradientFlowsThroughADetachedValue() {
    var network =
        Network.of(
            (nn, inputs) -> {
              var p = nn.parameter("p", (shape, random) -> new float[1]);
              return List.of(nn.multiply(p, nn.detached(p)));
            });
    var evaluation =
        new Interpreter(network, Set.of()).evaluate(new Batch(1), Map.of("p", new double[] {3}));
    evaluation.differentiate(Map.of(network.outputs().get(0), new double[] {1}));
    assertThat(evaluation.byParameter("p")).containsExactly(3);
  }

  /** The records of a family of layers. */
  private static Stream<Class<?>> members(Class<?> family) {
    return family.isSealed()
        ? Stream.of(family.getPermittedSubclasses()).flatMap(InterpreterTest::members)
        : Stream.of(family);
  }

  @Test
  void everyLayerHasACase() {
    Set<Class<?>> layers = new HashSet<>();
    Set<Object> kinds = new HashSet<>();
    LayerCases.all()
        .flatMap(layer -> layer.forward().nodes().stream())
        .map(Network.Node::layer)
        .forEach(
            layer -> {
              layers.add(layer.getClass());
              if (layer instanceof Layer.Apply apply) {
                kinds.add(apply.function());
              } else if (layer instanceof Layer.Combine combine) {
                kinds.add(combine.operation());
              } else if (layer instanceof Layer.Reduce reduce) {
                kinds.add(reduce.statistic());
              }
            });
    assertThat(layers).containsExactlyInAnyOrderElementsOf(members(Layer.class).toList());
    assertThat(kinds)
        .contains((Object[]) Function.values())
        .contains((Object[]) Operation.values())
        .contains((Object[]) Statistic.values());
  }

  @Test
  void theNormalDistributionIsExact() {
    double[] x = {-6, -3.5, -1, 0, 0.5, 2, 4};
    // Φ(x), by erfc in double precision.
    double[] expected = {
      9.86587645037698E-10,
      2.3262907903552504e-4,
      0.15865525393145705,
      0.5,
      0.6914624612740131,
      0.9772498680518208,
      0.9999683287581669
    };
    assertThat(Arrays.stream(x).map(v -> v == 0 ? 0.5 : Function.GELU.of(v) / v).toArray())
        .containsExactly(expected, within(1e-15));
  }

  @Test
  void compositionsAreTheFunctionsOfTheirNames() {
    var network =
        Network.of(
            (nn, inputs) -> {
              var x = inputs.floats("x", 3);
              return List.of(nn.divide(nn.constant(1), x), nn.tanh(x), nn.softmax(x, 1));
            });
    float[] x = {-2, 0.5f, 40};
    var evaluation =
        new Interpreter(network, Set.of()).evaluate(new Batch(1).floats("x", x), Map.of());
    double[] quotients = evaluation.value(network.outputs().get(0));
    double[] tangents = evaluation.value(network.outputs().get(1));
    double[] shares = evaluation.value(network.outputs().get(2));
    double sum = Arrays.stream(new double[] {-2, 0.5, 40}).map(Math::exp).sum();
    for (int i = 0; i < x.length; i++) {
      assertThat(quotients[i]).isCloseTo(1.0 / x[i], within(1e-12));
      assertThat(tangents[i]).isCloseTo(Math.tanh(x[i]), within(1e-12));
      assertThat(shares[i]).isCloseTo(Math.exp(x[i]) / sum, within(1e-12));
    }
  }
}
