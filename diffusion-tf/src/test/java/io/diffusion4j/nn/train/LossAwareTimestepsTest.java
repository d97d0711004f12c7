package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.diffusion.loss.SecondMomentSampler;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.diffusion.DiffusionLoss;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossAwareTimestepsTest {
  /** So few that every timestep has its ten losses after some steps. */
  private static final int TIMESTEPS = 4;

  private static final int STEPS = 60;
  private static final TrainingConfig CONFIG = Tiny.config(STEPS, Precision.FLOAT32);

  /** A denoiser of one layer. */
  private static final Objective OBJECTIVE =
      (nn, inputs) -> {
        var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, Tiny.SIZE));
        inputs.floats(NetworkDenoiser.TIME, 2);
        var out = nn.output(nn.at("out").linear(x, Tiny.SIZE));
        return DiffusionLoss.of(nn, inputs, List.of(out));
      };

  private static BatchSource batches(LongFunction<TimestepSampler> timesteps) {
    var noise =
        new NoisedBatch(new CosineSchedule(TIMESTEPS), Parameterization.EPS, Weighting.SIMPLE, 2);
    return step -> {
      var random = BatchSource.random(CONFIG.seed(), step);
      List<float[]> samples = new ArrayList<>();
      for (int i = 0; i < Tiny.BATCH; i++) {
        float[] x0 = new float[Tiny.SIZE];
        for (int j = 0; j < x0.length; j++) {
          x0[j] = (float) (0.5 * random.nextGaussian());
        }
        samples.add(x0);
      }
      var batch = new Batch(Tiny.BATCH);
      noise.addTo(batch, samples, random, timesteps.apply(step));
      return batch;
    };
  }

  private static TrainingRun run(
      Trainer trainer, TrainingConfig config, LossAwareTimesteps timesteps, Path folder) {
    return new TrainingRun(trainer, config, batches(timesteps::at), timesteps, folder, 1000);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aRunThatIsStoppedAndResumedEndsWithTheSameBits(int batches, @TempDir Path folder) {
    var config = CONFIG.withAccumulate(batches);
    Map<String, Integer> straight;
    var seen = new LossAwareTimesteps(TIMESTEPS);
    try (var trainer = new Trainer(OBJECTIVE, config)) {
      run(trainer, config, seen, folder.resolve("straight")).run((step, report) -> {});
      straight = Tiny.bits(trainer.state());
    }
    assertThat(probability(seen, batches, 0))
        .isNotEqualTo(1.0 / TIMESTEPS); // it did draw by the losses

    Path state = folder.resolve("stopped");
    LossAwareTimesteps resumed = seen;
    for (int stop : new int[] {3, 31, 32, STEPS}) {
      resumed = new LossAwareTimesteps(TIMESTEPS);
      try (var trainer = new Trainer(OBJECTIVE, config)) {
        var run = run(trainer, config, resumed, state);
        run.run(
            (step, report) -> {
              if (step == stop) {
                run.stop();
              }
            });
        assertThat(trainer.step()).isEqualTo(stop);
        if (stop == STEPS) {
          assertThat(Tiny.bits(trainer.state())).isEqualTo(straight);
        }
      }
    }
    for (int t = 0; t < TIMESTEPS; t++) {
      assertThat(probability(resumed, batches, t)).isEqualTo(probability(seen, batches, t));
    }
  }

  private static double probability(LossAwareTimesteps timesteps, int batches, int t) {
    var sampler = (SecondMomentSampler) timesteps.at((STEPS + 1L) * batches);
    return sampler.probability(t);
  }

  /** The losses are the graph's, of each sample, before they are weighted for being drawn. */
  @Test
  void aStepTellsTheLossOfEachSample() {
    int[] t = {2, 0, 3, 3, 1, 0, 2, 2};
    try (var trainer = new Trainer(OBJECTIVE, CONFIG)) {
      int[] next = {0};
      var report =
          trainer.step(
              batches(step -> random -> new TimestepSampler.Drawn(t[next[0]++], 0.5)).batch(0));
      float[] losses = trainer.timestepLosses();
      double sum = 0;
      for (int i = 0; i < Tiny.BATCH; i++) {
        assertThat(losses[2 * i]).isEqualTo(t[i]);
        sum += losses[2 * i + 1];
      }
      assertThat(0.5 * sum / Tiny.BATCH).isCloseTo(report.loss(), within(1e-6));
    }
  }

  @Test
  void aBatchKnowsTheLossesOfAllStepsButTheOneBefore() {
    var timesteps = new LossAwareTimesteps(2);
    var nothing = timesteps.at(0);
    assertThat(timesteps.at(1)).isSameAs(nothing);
    timesteps.record(new float[] {0, 1, 1, 2});
    assertThat(timesteps.at(1)).isSameAs(nothing);
    var first = timesteps.at(2);
    assertThat(first).isNotSameAs(nothing);
    timesteps.record(new float[] {0, 1, 1, 2});
    assertThat(timesteps.at(2)).isSameAs(first);
    assertThatThrownBy(() -> timesteps.at(1)).hasMessageContaining("step: 1");
    assertThatThrownBy(() -> timesteps.at(4)).hasMessageContaining("step: 4");
  }

  @Test
  void aRunDoesNotChangeHowItDrawsTimesteps(@TempDir Path folder) {
    try (var trainer = new Trainer(OBJECTIVE, CONFIG)) {
      var uniform = batches(step -> TimestepSampler.uniform(TIMESTEPS));
      var run = new TrainingRun(trainer, CONFIG, uniform, folder, 1000);
      run.run((step, report) -> run.stop());
    }
    try (var trainer = new Trainer(OBJECTIVE, CONFIG)) {
      assertThatThrownBy(() -> run(trainer, CONFIG, new LossAwareTimesteps(TIMESTEPS), folder))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("timesteps: uniform (expected: loss-aware; to start over, remove ");
    }
  }

  @Test
  void anObjectiveWithoutTimestepsIsRefused(@TempDir Path folder) {
    var config = Tiny.config(2, Precision.FLOAT32);
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      var timesteps = new LossAwareTimesteps(TIMESTEPS);
      var run = new TrainingRun(trainer, config, Tiny.batches(config), timesteps, folder, 10);
      assertThatThrownBy(() -> run.run((step, report) -> {}))
          .hasMessage("timesteps: none (expected: in the objective's loss)");
    }
  }
}
