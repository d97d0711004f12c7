package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.diffusion.DiffusionLoss;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.diffusion.VarianceRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Where the variance of a denoiser ends up that errs by more than its bounds allow at t = 0. */
class VarianceRangeTest {
  private static final int STEPS = 1000;
  private static final int TIME = 8;
  private static final String SHARE = "share";
  private static final TrainingConfig CONFIG = Tiny.config(600, Precision.FLOAT32);
  private static final NoisedBatch NOISE =
      new NoisedBatch(new CosineSchedule(STEPS), Parameterization.X0, Weighting.SIMPLE, TIME);

  private static Objective objective(boolean kept) {
    return (nn, inputs) -> {
      List<Tensor> outputs = outputs(nn, inputs);
      var loss =
          kept ? VarianceRange.of(nn, inputs, outputs) : DiffusionLoss.of(nn, inputs, outputs);
      var beyond = nn.subtract(nn.map(Function.ABS, outputs.get(1)), nn.constant(1));
      var outside = nn.select(beyond, nn.constant(1), nn.constant(0));
      Map<String, Tensor> metrics = new HashMap<>(loss.metrics());
      metrics.put(SHARE, nn.mean(outside, 0, 1));
      return new Objective.Loss(loss.value(), metrics, loss.perTimestep());
    };
  }

  /** Prediction and variance from one hidden layer, the prediction from the sample as well. */
  private static List<Tensor> outputs(Nn nn, Inputs inputs) {
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, Tiny.SIZE));
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, TIME));
    var hidden =
        nn.silu(
            nn.add(nn.at("x").linear(x, 2 * Tiny.SIZE), nn.at("t").linear(time, 2 * Tiny.SIZE)));
    return List.of(
        nn.output(
            nn.add(nn.at("skip").linear(x, Tiny.SIZE), nn.at("mean").linear(hidden, Tiny.SIZE))),
        nn.output(nn.at("variance").linear(hidden, Tiny.SIZE)));
  }

  private static Batch batch(SplittableRandom random, TimestepSampler timesteps) {
    List<float[]> samples = new ArrayList<>();
    for (int i = 0; i < Tiny.BATCH; i++) {
      float[] x0 = new float[Tiny.SIZE];
      for (int j = 0; j < x0.length; j++) {
        x0[j] = random.nextBoolean() ? 0.8f : -0.8f;
      }
      samples.add(x0);
    }
    var batch = new Batch(Tiny.BATCH);
    NOISE.addTo(batch, samples, random, timesteps);
    return batch;
  }

  /** The share of answers outside [−1, 1] at a timestep. */
  private static double outside(Trainer trainer, int t) {
    var batch = batch(new SplittableRandom(5), random -> new TimestepSampler.Drawn(t, 1));
    return Objects.requireNonNull(trainer.step(batch).metrics().get(SHARE));
  }

  /** A trainer whose weights are the averaged ones of a training, which are what is written. */
  private static Trainer trained(boolean kept) {
    var timesteps =
        TimestepSampler.uniform(STEPS)
            .mixedWith(TimestepSampler.uniform(2), /* probability= */ 0.1);
    var finished = new Trainer(objective(kept), CONFIG.withLearningRate(1e-9));
    try (var trainer = new Trainer(objective(kept), CONFIG)) {
      for (long step = 0; step < CONFIG.steps(); step++) {
        trainer.step(batch(BatchSource.random(CONFIG.seed(), step), timesteps));
      }
      finished.startFrom(trainer.averagedWeights());
    }
    return finished;
  }

  @Test
  void theVarianceStaysBetweenItsBoundsAtEveryTimestep() {
    try (var trainer = trained(/* kept= */ true)) {
      for (int t : new int[] {0, 1, 20, 100, 500, 949, 999}) {
        assertThat(outside(trainer, t)).as("t = %d", t).isLessThan(0.01);
      }
    }
  }

  /** The cause: without, the optimum of the variational bound at t = 0 is outside. */
  @Test
  void theVariationalBoundAloneDoesNotKeepItThere() {
    try (var trainer = trained(/* kept= */ false)) {
      assertThat(outside(trainer, 0)).isGreaterThan(0.5);
    }
  }
}
