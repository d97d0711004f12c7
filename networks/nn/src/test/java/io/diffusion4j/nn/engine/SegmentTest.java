package io.diffusion4j.nn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.reference.Interpreter;
import io.diffusion4j.nn.weights.Init;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Segments one after the other compute what the whole network does. */
class SegmentTest {
  private static final int LENGTH = 3;
  private static final int WIDTH = 4;
  private static final int BLOCKS = 4;

  /** Blocks with a constant and a second input that all read, and an output on the way. */
  private static List<Tensor> define(Nn nn, Inputs inputs) {
    var h = inputs.floats("x", LENGTH, WIDTH);
    var other = inputs.floats("other", LENGTH, WIDTH);
    var all = nn.constant(new float[LENGTH * WIDTH], 1, LENGTH, WIDTH);
    Tensor middle = h;
    for (int i = 0; i < BLOCKS; i++) {
      var factor = nn.at("blocks", i).parameter("factor", Init.ZEROS, 1, LENGTH, WIDTH);
      var shift = nn.at("blocks", i).parameter("shift", Init.ZEROS, 1, LENGTH, WIDTH);
      var scaled = nn.add(nn.multiply(nn.map(Function.SIGMOID, h), factor), all);
      h = nn.add(nn.add(h, scaled), nn.multiply(other, shift));
      middle = i == 1 ? h : middle;
    }
    return List.of(middle, nn.map(Function.SQUARE, h));
  }

  private final Network network = Network.of(SegmentTest::define);

  @ParameterizedTest
  @ValueSource(longs = {1, 12, 30, 60, 1000})
  void theyComputeWhatTheWholeNetworkComputes(long parameters) {
    var batch = new Batch(2).floats("x", numbers(1)).floats("other", numbers(2));
    var whole = evaluate(network, batch);
    Map<Integer, float[]> values = new HashMap<>();
    for (var segment : Segment.of(network, parameters)) {
      var fed = new Batch(2);
      for (String input : segment.network().inputs().keySet()) {
        fed.floats(
            input,
            input.equals("x")
                ? numbers(1)
                : input.equals("other")
                    ? numbers(2)
                    : Objects.requireNonNull(
                        values.get(Integer.parseInt(input.substring(input.indexOf('.') + 1)))));
      }
      var outputs = evaluate(segment.network(), fed);
      for (int i = 0; i < outputs.size(); i++) {
        values.put(segment.values().get(i), outputs.get(i));
      }
    }
    for (int i = 0; i < whole.size(); i++) {
      float[] actual = Objects.requireNonNull(values.get(network.outputs().get(i).node()));
      for (int j = 0; j < actual.length; j++) {
        assertThat(actual[j]).isCloseTo(whole.get(i)[j], within(1e-5f));
      }
    }
  }

  @Test
  void eachParameterIsInOneSegmentAndInputsComeFirst() {
    var segments = Segment.of(network, 1);
    assertThat(segments).hasSizeGreaterThanOrEqualTo(BLOCKS);
    Set<String> keys = new HashSet<>();
    for (var segment : segments) {
      for (String key : segment.network().parameters().keySet()) {
        assertThat(keys.add(key)).as(key).isTrue();
      }
      var nodes = segment.network().nodes();
      int inputs = segment.network().inputs().size();
      for (int n = 0; n < nodes.size(); n++) {
        assertThat(nodes.get(n).layer() instanceof Layer.Input).isEqualTo(n < inputs);
      }
    }
    assertThat(keys).isEqualTo(network.parameters().keySet());
  }

  private static float[] numbers(long seed) {
    var random = new SplittableRandom(seed);
    float[] numbers = new float[2 * LENGTH * WIDTH];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private static List<float[]> evaluate(Network network, Batch batch) {
    var weights = RandomWeights.of(SegmentTest::define, 5);
    Map<String, double[]> parameters = new HashMap<>();
    network
        .parameters()
        .forEach(
            (key, unused) -> {
              float[] values = weights.read(key);
              double[] exact = new double[values.length];
              for (int i = 0; i < exact.length; i++) {
                exact[i] = values[i];
              }
              parameters.put(key, exact);
            });
    var evaluation = new Interpreter(network, Set.of()).evaluate(batch, parameters);
    return network.outputs().stream().map(output -> floats(evaluation.value(output))).toList();
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
