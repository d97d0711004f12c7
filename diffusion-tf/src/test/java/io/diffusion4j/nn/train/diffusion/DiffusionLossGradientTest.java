package io.diffusion4j.nn.train.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.reference.Interpreter;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.tf.NetworkGraph;
import io.diffusion4j.tf.Purpose;
import io.diffusion4j.tf.Sessions;
import io.diffusion4j.tf.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.types.family.TType;

class DiffusionLossGradientTest {
  private static final int ROWS = 4;
  private static final int SIZE = 48;

  /** At the first timestep, where the bound is a likelihood, and at others; extreme pixels too. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void lossAndGradientAreThoseOfTheGraph(boolean learned) {
    compare(learned, DiffusionLoss::of);
  }

  /** Some answers about the variance are beyond the limit, some are not. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void soTheyAreWithTheVarianceKeptInRange(boolean learned) {
    compare(learned, VarianceRange::of);
  }

  /** A loss of answers. */
  private interface LossOf {
    Objective.Loss of(Nn nn, Inputs inputs, List<Tensor> outputs);
  }

  private static void compare(boolean learned, LossOf loss) {
    var random = new SplittableRandom(3);
    var batch = new Batch(ROWS);
    List<float[]> clean = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      float[] x0 = gaussian(random, SIZE);
      for (int j = 0; j < SIZE; j++) {
        x0[j] = Math.max(-1, Math.min(1, x0[j]));
      }
      clean.add(x0);
    }
    int[] timesteps = {0, 40, 0, 99};
    int[] next = {0};
    new NoisedBatch(new CosineSchedule(100), Parameterization.X0, Weighting.minSnrPlusOne(5), 2)
        .addTo(batch, clean, random, r -> new TimestepSampler.Drawn(timesteps[next[0]++], 0.5));
    List<float[]> outputs = new ArrayList<>(List.of(near(clean, random)));
    if (learned) {
      outputs.add(gaussian(random, ROWS * SIZE));
    }
    for (int i = 0; i < outputs.size(); i++) {
      batch.floats("output" + i, outputs.get(i));
    }
    var network = network(outputs.size(), loss);
    var evaluation = new Interpreter(network, names(outputs.size())).evaluate(batch, Map.of());
    double value = evaluation.value(network.outputs().get(0))[0];
    evaluation.differentiate(Map.of(network.outputs().get(0), new double[] {1}));

    List<float[]> expected = graph(batch, network);
    assertThat(value).isCloseTo(expected.get(0)[0], within(1e-5 * expected.get(0)[0]));
    for (int i = 0; i < outputs.size(); i++) {
      double largest = 0;
      for (float g : expected.get(1 + i)) {
        largest = Math.max(largest, Math.abs(g));
      }
      assertThat(largest).isPositive();
      for (int j = 0; j < outputs.get(i).length; j++) {
        assertThat(evaluation.byInput("output" + i)[j])
            .as("output %d, element %d", i, j)
            .isCloseTo(expected.get(1 + i)[j], within(1e-4 * largest));
      }
    }
  }

  /** Predictions so near that the likelihood of a bin is no rounding error. */
  private static float[] near(List<float[]> clean, SplittableRandom random) {
    float[] prediction = Rows.stack(clean);
    for (int j = 0; j < prediction.length; j++) {
      prediction[j] += (float) (0.01 * random.nextGaussian());
    }
    return prediction;
  }

  private static float[] gaussian(SplittableRandom random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Set<String> names(int outputs) {
    return IntStream.range(0, outputs).mapToObj(i -> "output" + i).collect(Collectors.toSet());
  }

  /** The loss of answers that are inputs. */
  private static Network network(int outputs, LossOf loss) {
    return Network.of(
        (nn, inputs) -> {
          inputs.floats(NetworkDenoiser.SAMPLE, SIZE);
          inputs.floats(NetworkDenoiser.TIME, 2);
          List<Tensor> answers = new ArrayList<>();
          for (int i = 0; i < outputs; i++) {
            answers.add(inputs.floats("output" + i, SIZE));
          }
          return List.of(loss.of(nn, inputs, answers).value());
        });
  }

  /** The loss of the graph and its gradient by each output. */
  private static List<float[]> graph(Batch batch, Network network) {
    try (var graph = new Graph()) {
      var built =
          NetworkGraph.build(
              graph,
              network,
              (tf, parameter, precision) -> {
                throw new IllegalStateException(parameter.key());
              },
              Precision.FLOAT32,
              Purpose.TRAINING);
      var loss = built.outputs().get(0);
      Output<?>[] by =
          network.inputs().keySet().stream()
              .filter(name -> name.startsWith("output"))
              .map(name -> built.input(name).asOutput())
              .toArray(Output[]::new);
      Output<?>[] slopes = graph.addGradients(loss.asOutput(), by);
      List<TType> owned = new ArrayList<>();
      try (var session = Sessions.open(graph)) {
        var runner = session.runner();
        built.feed(runner, batch, owned);
        runner.fetch(loss);
        for (Output<?> slope : slopes) {
          runner.fetch(slope);
        }
        List<float[]> values = new ArrayList<>();
        try (var result = runner.run()) {
          result.forEach(entry -> values.add(Tensors.floats(entry.getValue())));
        }
        return values;
      } finally {
        owned.forEach(TType::close);
      }
    }
  }
}
