package io.diffusion4j.toy;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.ArrayList;
import java.util.List;

/** A trained network of points. Holds native memory until it is closed. */
public final class PointModel implements AutoCloseable {
  /** The stage in the addresses of the noise. */
  private static final String STAGE = "toy";

  /** The empty condition. */
  private enum Nothing {
    NOTHING
  }

  private final NoiseSchedule schedule;
  private final CompiledNetwork network;
  private final Denoiser<Nothing> denoiser;

  PointModel(
      PointNetwork definition, TensorSource weights, NoiseSchedule schedule, Compute compute) {
    this.schedule = schedule;
    network = new CompiledNetwork(definition, weights, compute);
    denoiser =
        new NetworkDenoiser<>(
            network,
            Parameterization.EPS,
            PointNetwork.TIME_CHANNELS,
            (batch, conditions) -> PointNetwork.withWaves(batch));
  }

  /** Returns the learned score at a timestep's noise level, for each point. */
  public List<double[]> scores(List<double[]> points, int t) {
    NoiseLevel level = schedule.level(t);
    var queries =
        points.stream()
            .map(
                p ->
                    new Query<>(
                        new float[] {(float) p[0], (float) p[1]}, (double) t, Nothing.NOTHING))
            .toList();
    return denoiser.predict(queries).stream()
        .map(
            answer ->
                new double[] {level.score(answer.output()[0]), level.score(answer.output()[1])})
        .toList();
  }

  /**
   * Samples points, and keeps the path of each.
   *
   * @param seed the seed of the noise; with the same seed, two deterministic samplers start at the
   *     same points and end close to each other
   * @return the positions of each point before the first call of the network and after each call
   */
  public List<List<double[]>> sample(Sampler sampler, int steps, int count, long seed) {
    return sample(sampler, steps, count, seed, SamplingListener.NONE);
  }

  /** Samples points, and notifies a listener of the estimates of x₀. */
  List<List<double[]>> sample(
      Sampler sampler, int steps, int count, long seed, SamplingListener listener) {
    List<List<double[]>> ways = new ArrayList<>(count);
    List<Draw<Nothing>> draws = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      List<double[]> way = new ArrayList<>();
      ways.add(way);
      draws.add(
          new Draw<>(
              Nothing.NOTHING,
              new PhiloxNoise(seed, i),
              (x, at) -> way.add(new double[] {x[0], x[1]})));
    }
    new DiffusionStage<>(
            STAGE,
            denoiser,
            schedule,
            TimestepSpacings.TRAILING,
            Thresholding.NONE,
            PointNetwork.DIMENSIONS)
        .sample(draws, new SamplingSettings(sampler, steps, 1), listener);
    return ways;
  }

  @Override
  public void close() {
    network.close();
  }
}
