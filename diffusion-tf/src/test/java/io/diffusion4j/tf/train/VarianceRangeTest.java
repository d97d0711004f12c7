package io.diffusion4j.tf.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.nn.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

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
      List<Operand<TFloat32>> outputs = outputs(nn, inputs);
      var loss =
          kept
              ? VarianceRange.graph(nn, inputs, outputs, Tiny.SIZE)
              : DiffusionLoss.of(nn, inputs, outputs, Tiny.SIZE);
      var tf = nn.tf();
      var size = tf.math.abs(nn.reshape(outputs.get(1), -1));
      var outside = tf.dtypes.cast(tf.math.greater(size, tf.constant(1f)), TFloat32.class);
      Map<String, Operand<TFloat32>> metrics = new HashMap<>(loss.metrics());
      metrics.put(SHARE, tf.math.mean(outside, tf.constant(0)));
      return new Objective.Loss(loss.value(), metrics, loss.perTimestep());
    };
  }

  /** Prediction and variance from one hidden layer, the prediction from the sample as well. */
  private static List<Operand<TFloat32>> outputs(Nn nn, Inputs inputs) {
    var x = nn.input(inputs.floats(TfDenoiser.SAMPLE, Tiny.SIZE));
    var time = nn.input(inputs.floats(TfDenoiser.TIME, TIME));
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
