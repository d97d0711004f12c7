package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a training keeps, whichever engine makes its steps, as only a process of its own can show;
 * the test of an engine implements this, with a constructor that takes nothing.
 */
public interface TrainingProcessContract {
  /** How long the run is that is killed. */
  int STEPS = 200;

  /** The configuration of a run with this number of steps. */
  TrainingConfig config(long steps);

  /** What it learns from. */
  BatchSource batches(TrainingConfig config);

  /** A trainer on the engine that is tested. */
  Trainer trainer(TrainingConfig config);

  @Test
  default void aRunKilledAtAnyMomentResumesToTheBitsOfOneThatWasNot(@TempDir Path folder)
      throws IOException, InterruptedException {
    var config = config(STEPS);
    Map<String, Integer> uninterrupted;
    try (var trainer = trainer(config)) {
      for (int step = 0; step < STEPS; step++) {
        trainer.step(batches(config).batch(step));
      }
      uninterrupted = Tiny.bits(trainer.state());
    }

    long seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    int killedAt = random.nextInt(5, STEPS - 50);
    try (var run = TrainingProcess.run(this, folder, STEPS)) {
      while (run.next() < killedAt) {}
      Thread.sleep(0, random.nextInt(1_000_000)); // in the middle of a step, or of a checkpoint
      run.kill();
    }
    try (var run = TrainingProcess.run(this, folder, STEPS)) {
      long next = run.next();
      assertThat(next).as("seed %d, killed at step %d", seed, killedAt).isGreaterThan(1);
      while (next < STEPS) {
        next = run.next();
      }
      assertThat(run.exit()).isZero();
    }
    try (var trainer = trainer(config)) {
      TrainingState.restore(
          trainer,
          config,
          Map.of(),
          Set.of(),
          Optional.empty(),
          folder.resolve("state.safetensors"));
      assertThat(trainer.step()).isEqualTo(STEPS);
      assertThat(Tiny.bits(trainer.state()))
          .as("seed %d, killed at step %d", seed, killedAt)
          .isEqualTo(uninterrupted);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  default void twoThousandStepsTakeNoMoreNativeMemoryThanTwoHundred()
      throws IOException, InterruptedException {
    try (var run = TrainingProcess.memory(this, 2000)) {
      double after200 = run.next();
      double after2000 = run.next();
      assertThat(after2000 / after200).isLessThan(1.05);
      assertThat(run.exit()).isZero();
    }
  }
}
