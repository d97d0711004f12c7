package io.diffusion4j.tf.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.tf.nn.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show. */
class KilledRunTest {
  private static final int STEPS = 200;
  private static final List<String> SMALL = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");

  @Test
  void aRunKilledAtAnyMomentResumesToTheBitsOfOneThatWasNot(@TempDir Path folder)
      throws IOException, InterruptedException {
    var config = Tiny.config(STEPS, Precision.BFLOAT16);
    Map<String, Integer> uninterrupted;
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      for (int step = 0; step < STEPS; step++) {
        trainer.step(Tiny.batches(config).batch(step));
      }
      uninterrupted = Tiny.bits(trainer.state());
    }

    long seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    int killedAt = random.nextInt(5, STEPS - 50);
    String[] arguments = {folder.toString(), Integer.toString(STEPS)};
    try (var child = new ChildRun(SMALL, arguments)) {
      while (Integer.parseInt(child.line()) < killedAt) {}
      Thread.sleep(0, random.nextInt(1_000_000)); // in the middle of a step, or of a checkpoint
      child.kill();
    }
    try (var child = new ChildRun(SMALL, arguments)) {
      int next = Integer.parseInt(child.line());
      assertThat(next).as("seed %d, killed at step %d", seed, killedAt).isGreaterThan(1);
      while (next < STEPS) {
        next = Integer.parseInt(child.line());
      }
      assertThat(child.exit()).isZero();
    }
    try (var trainer = new Trainer(Tiny.OBJECTIVE, config)) {
      TrainingState.restore(trainer, config, Optional.empty(), folder.resolve("state.safetensors"));
      assertThat(trainer.step()).isEqualTo(STEPS);
      assertThat(Tiny.bits(trainer.state()))
          .as("seed %d, killed at step %d", seed, killedAt)
          .isEqualTo(uninterrupted);
    }
  }

  /** The heap is held at one size, so that what grows is native. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void twoThousandStepsTakeNoMoreNativeMemoryThanTwoHundred()
      throws IOException, InterruptedException {
    List<String> fixedHeap =
        List.of("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1");
    try (var child = new ChildRun(fixedHeap, "memory", "2000")) {
      double after200 = Double.parseDouble(child.line());
      double after2000 = Double.parseDouble(child.line());
      assertThat(after2000 / after200).isLessThan(1.05);
      assertThat(child.exit()).isZero();
    }
  }
}
