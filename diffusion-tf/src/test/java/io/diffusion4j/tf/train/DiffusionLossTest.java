package io.diffusion4j.tf.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.testing.Golden;
import io.diffusion4j.tf.testing.Probe;
import io.diffusion4j.tf.train.NoisedBatch.Weighting;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hybrid loss of Nichol &amp; Dhariwal as guided-diffusion computes it (RESCALED_MSE). */
class DiffusionLossTest {
  private static final int ROWS = 4;
  private static final int CHANNELS = 3;
  private static final int PIXELS = 64;

  /**
   * The recorded x₀ misses by so much at t = 0 that a pixel's likelihood is a difference of two
   * float32 numbers next to 1: rounding decides there between 10⁻⁷ and the floor 10⁻¹².
   */
  @ParameterizedTest
  @CsvSource({"EPS, epsilon, 1e-5", "X0, start-x, 2e-2"})
  void theHybridLossIsThatOfTheReference(
      Parameterization parameterization, String name, double atZero) {
    var golden = Golden.of("losses/" + name + "-learned-range-rescaled-mse");
    int[] t = golden.ints("in.t");
    float[] x0 = golden.image("in.x0");
    float[] target = parameterization == Parameterization.X0 ? x0 : golden.image("in.noise");
    float[] output = golden.image("model_out");
    var noised = new NoisedBatch(new CosineSchedule(100), parameterization, Weighting.SIMPLE, 2);
    try (var probe =
        new Probe(
            (nn, inputs) -> {
              inputs.floats(TfDenoiser.SAMPLE, PIXELS, CHANNELS);
              inputs.floats(TfDenoiser.TIME, 2);
              var both = inputs.floats("output", PIXELS, 2 * CHANNELS);
              var outputs =
                  List.of(nn.slice(both, 0, CHANNELS), nn.slice(both, CHANNELS, CHANNELS));
              return DiffusionLoss.of(nn, inputs, outputs, PIXELS, CHANNELS).value();
            },
            parameter -> new float[0])) {
      for (int row = 0; row < ROWS; row++) {
        int timestep = t[row];
        var batch = new Batch(1);
        noised.addTo(batch, List.of(part(x0, row)), new SplittableRandom(1), steps -> timestep);
        batch.floats(DiffusionLoss.TARGET, part(target, row)).floats("output", part(output, row));
        double expected = golden.floats("out.loss")[row];
        assertThat((double) probe.output(batch)[0])
            .as("t = %d", timestep)
            .isCloseTo(expected, within((timestep == 0 ? atZero : 1e-5) * Math.abs(expected)));
      }
    }
  }

  private static float[] part(float[] rows, int row) {
    int size = rows.length / ROWS;
    return Arrays.copyOfRange(rows, row * size, (row + 1) * size);
  }
}
