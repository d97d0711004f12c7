package io.diffusion4j.tf.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.Sessions;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.nn.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

class DiffusionLossGradientTest {
  private static final int ROWS = 4;
  private static final int SIZE = 48;

  /** At the first timestep, where the bound is a likelihood, and at others; extreme pixels too. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void lossAndGradientAreThoseOfTheGraph(boolean learned) {
    compare(learned, DiffusionLossGradient::of, DiffusionLoss::of);
  }

  /** Some answers about the variance are beyond the limit, some are not. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void soTheyAreWithTheVarianceKeptInRange(boolean learned) {
    compare(learned, VarianceRange::gradient, VarianceRange::graph);
  }

  /** A loss of answers as numbers. */
  private interface Numbers {
    DiffusionLossGradient.Value of(Batch batch, List<float[]> outputs, List<float[]> gradients);
  }

  /** A loss of answers as a graph. */
  private interface GraphOf {
    Objective.Loss of(Nn nn, Inputs inputs, List<Operand<TFloat32>> outputs, long... sample);
  }

  private static void compare(boolean learned, Numbers numbers, GraphOf loss) {
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
    List<float[]> gradients = outputs.stream().map(o -> new float[o.length]).toList();

    var value = numbers.of(batch, outputs, gradients);

    List<float[]> expected = graph(batch, outputs, loss);
    assertThat(value.value()).isCloseTo(expected.get(0)[0], within(1e-5 * expected.get(0)[0]));
    for (int i = 0; i < outputs.size(); i++) {
      double largest = 0;
      for (float g : expected.get(1 + i)) {
        largest = Math.max(largest, Math.abs(g));
      }
      assertThat(largest).isPositive();
      for (int j = 0; j < outputs.get(i).length; j++) {
        assertThat((double) gradients.get(i)[j])
            .as("output %d, element %d", i, j)
            .isCloseTo(expected.get(1 + i)[j], within(1e-4 * largest));
      }
    }
  }

  /** Predictions so near that the likelihood of a bin is no rounding error. */
  private static float[] near(List<float[]> clean, SplittableRandom random) {
    float[] prediction = Tensors.stack(clean);
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

  /** The loss of the graph and its gradient by each output. */
  private static List<float[]> graph(Batch batch, List<float[]> outputs, GraphOf of) {
    try (var graph = new Graph()) {
      var inputs = Inputs.of(Ops.create(graph));
      var nn = Nn.forTraining(graph, new TrainableWeights(), Precision.FLOAT32);
      inputs.floats(TfDenoiser.SAMPLE, SIZE);
      inputs.floats(TfDenoiser.TIME, 2);
      List<Operand<TFloat32>> answers = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        answers.add(inputs.floats("output" + i, SIZE));
        batch.floats("output" + i, outputs.get(i));
      }
      var loss = of.of(nn, inputs, answers, SIZE).value();
      Output<?>[] by = answers.stream().map(Operand::asOutput).toArray(Output[]::new);
      Output<?>[] slopes = graph.addGradients(loss.asOutput(), by);
      List<TType> owned = new ArrayList<>();
      try (var session = Sessions.open(graph)) {
        var runner = session.runner();
        inputs.feed(runner, batch, owned);
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
