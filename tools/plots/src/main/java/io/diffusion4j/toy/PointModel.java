package io.diffusion4j.toy;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.TimeEmbedding;
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
      PointNetwork definition,
      TensorSource weights,
      NoiseSchedule schedule,
      Parameterization predicted,
      Compute compute) {
    this.schedule = schedule;
    network = new CompiledNetwork(definition, weights, compute);
    NetworkDenoiser.Times times = t -> TimeEmbedding.sinusoid(t, PointNetwork.TIME_CHANNELS);
    denoiser =
        new NetworkDenoiser<>(
            network,
            predicted,
            times.under(schedule),
            (batch, conditions) -> PointNetwork.withWaves(batch));
  }

  /** Returns the learned score at a timestep's noise level, for each point. */
  public List<double[]> scores(List<double[]> points, int t) {
    NoiseLevel level = schedule.level(t);
    Conversion from = Conversion.of(denoiser.parameterization(), level.alphaBar());
    var queries =
        points.stream()
            .map(
                p ->
                    new Query<>(
                        new float[] {(float) p[0], (float) p[1]}, (double) t, Nothing.NOTHING))
            .toList();
    List<Prediction> answers = denoiser.predict(queries);
    List<double[]> scores = new ArrayList<>(points.size());
    for (int i = 0; i < answers.size(); i++) {
      double[] score = points.get(i).clone();
      for (int k = 0; k < score.length; k++) {
        score[k] = level.score(from.eps(score[k], answers.get(i).output()[k]));
      }
      scores.add(score);
    }
    return scores;
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
              (x, at) -> way.add(position(x, at.alphaBar()))));
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

  /** Returns a sample in the coordinates of its process; those of a flow make straight ways. */
  private double[] position(float[] x, double alphaBar) {
    double scale = schedule instanceof FlowSchedule ? FlowLevel.of(alphaBar).scale() : 1;
    return new double[] {scale * x[0], scale * x[1]};
  }

  @Override
  public void close() {
    network.close();
  }
}
