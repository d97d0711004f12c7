package io.diffusion4j.benchmarks.samplers;

import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One step of eight samples of 64×64×3, by {@link Trajectory} for any plan or by {@link FusedLoop}.
 */
final class SamplerStep {
  static final int ROWS = 8;
  private static final long[] SAMPLE = {64, 64, 3};
  private static final int TRAIN_STEPS = 1000;
  private static final int STEPS = 250;

  private final SamplingPlan plan;
  private final List<Prediction> predictions = new ArrayList<>();
  private final List<float[]> starts = new ArrayList<>();
  private final float[] noise;
  private List<Trajectory> trajectories = List.of();
  private List<FusedLoop> loops = List.of();

  /** Prepares everything that is not measured, noise included. */
  SamplerStep(String sampler) {
    plan =
        Samplers.standard()
            .named(sampler)
            .plan(new CosineSchedule(TRAIN_STEPS), TimestepSpacings.UNCLIP.of(TRAIN_STEPS, STEPS));
    var random = new SplittableRandom(1);
    for (int i = 0; i < ROWS; i++) {
      float[] output = Init.normal(1).values(SAMPLE, random);
      predictions.add(new Prediction(output, Init.uniform(1).values(SAMPLE, random)));
      starts.add(Init.normal(1).values(SAMPLE, random));
    }
    noise = Init.normal(1).values(SAMPLE, random);
  }

  /** Executes one step of each trajectory; a finished plan starts again. */
  void byTrajectory() {
    if (trajectories.isEmpty() || trajectories.get(0).done()) {
      trajectories = starts.stream().map(this::trajectory).toList();
    }
    for (int i = 0; i < ROWS; i++) {
      trajectories.get(i).advance(predictions.get(i));
    }
  }

  private Trajectory trajectory(float[] x) {
    return new Trajectory(plan, Parameterization.EPS, Thresholding.clip(1), x, step -> noise);
  }

  /** Executes the same step of each sample by the hand-written loop. */
  void byHand() {
    if (loops.isEmpty() || loops.get(0).done()) {
      loops = starts.stream().map(x -> new FusedLoop(plan, x)).toList();
    }
    for (int i = 0; i < ROWS; i++) {
      loops.get(i).advance(predictions.get(i), noise);
    }
  }

  /** Returns the size of a step's results for all samples, in bytes. */
  static long resultBytes() {
    return ROWS * Float.BYTES * Arrays.stream(SAMPLE).reduce(1, Math::multiplyExact);
  }
}
