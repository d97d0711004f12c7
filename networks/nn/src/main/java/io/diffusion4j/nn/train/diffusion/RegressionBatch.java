package io.diffusion4j.nn.train.diffusion;

import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a training batch of given noisy samples and the x₀ to be estimated of them: the inputs of
 * {@link DiffusionLoss} for a network without a learned variance.
 *
 * @param schedule the levels of the timesteps
 * @param parameterization the network's prediction type
 * @param times the network's time input for a timestep
 */
public record RegressionBatch(
    NoiseSchedule schedule, Parameterization parameterization, NetworkDenoiser.Times times) {
  /**
   * A sample.
   *
   * @param xt the noisy sample
   * @param x0 the clean one to be estimated
   * @param weight the weight of the mean squared error of x̂₀
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  public record Row(float[] xt, float[] x0, int t, double weight) {}

  /** Adds the samples to a batch. */
  public void addTo(Batch batch, List<Row> rows) {
    List<float[]> times = new ArrayList<>(rows.size());
    List<float[]> samples = new ArrayList<>(rows.size());
    List<float[]> targets = new ArrayList<>(rows.size());
    List<float[]> numbers = new ArrayList<>(rows.size());
    for (Row row : rows) {
      var from = Conversion.of(parameterization, schedule.alphaBar(row.t));
      float[] target = new float[row.x0.length];
      for (int i = 0; i < target.length; i++) {
        target[i] = (float) ((row.x0[i] - from.x0FromX() * row.xt[i]) / from.x0FromOutput());
      }
      float[] number = new float[DiffusionLoss.ROW_SIZE];
      number[0] = (float) (row.weight * from.x0FromOutput() * from.x0FromOutput());
      number[5] = schedule.steps();
      number[6] = 1;
      number[7] = row.t;
      times.add(this.times.of(row.t));
      samples.add(this.times.sample(row.xt, row.t));
      targets.add(target);
      numbers.add(number);
    }
    batch
        .floats(NetworkDenoiser.SAMPLE, Rows.stack(samples))
        .floats(NetworkDenoiser.TIME, Rows.stack(times))
        .floats(DiffusionLoss.TARGET, Rows.stack(targets))
        .floats(DiffusionLoss.X0, Rows.stack(rows.stream().map(Row::x0).toList()))
        .floats(DiffusionLoss.ROW, Rows.stack(numbers));
  }
}
