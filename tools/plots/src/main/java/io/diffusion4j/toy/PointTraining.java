package io.diffusion4j.toy;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.FlowSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.diffusion.DiffusionLoss;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Trains a network to predict the noise in points, by the simple loss (Ho et al. 2020, eq. 14), or
 * the velocity on the levels of a flow (Lipman et al. 2023, eq. 14).
 *
 * @param points the training data
 * @param schedule the forward process
 * @param steps number of training steps, at least 1
 * @param seed seed of weights, points and noise
 */
public record PointTraining(PointSet points, NoiseSchedule schedule, int steps, long seed) {
  private static final int BATCH = 256;
  private static final double RATE = 2e-3;

  public PointTraining {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
  }

  /** Is notified of the loss of each step. */
  @FunctionalInterface
  public interface Progress {
    void trained(int step, double loss);
  }

  /** Trains and returns the model; the caller closes it. */
  public PointModel train(Progress progress) {
    var compute = Compute.of(Precision.FLOAT32);
    var network = PointNetwork.DEFAULT;
    var config = TrainingConfig.of(steps, BATCH, RATE, seed).withCompute(compute);
    var noise =
        new NoisedBatch(schedule, predicted(), Weighting.SIMPLE, PointNetwork.TIME_CHANNELS);
    try (var trainer =
        new Trainer(
            (nn, inputs) -> DiffusionLoss.of(nn, inputs, network.define(nn, inputs)), config)) {
      for (int step = 0; step < steps; step++) {
        progress.trained(step + 1, trainer.step(batch(noise, step)).loss());
      }
      return new PointModel(network, trainer.averagedWeights(), schedule, predicted(), compute);
    }
  }

  private Parameterization predicted() {
    return schedule instanceof FlowSchedule ? Parameterization.VELOCITY : Parameterization.EPS;
  }

  private Batch batch(NoisedBatch noise, long step) {
    SplittableRandom random = BatchSource.random(seed, step);
    List<float[]> samples = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      double[] point = points.draw(random);
      samples.add(new float[] {(float) point[0], (float) point[1]});
    }
    var batch = new Batch(BATCH);
    noise.addTo(batch, samples, random);
    return PointNetwork.withWaves(batch);
  }
}
