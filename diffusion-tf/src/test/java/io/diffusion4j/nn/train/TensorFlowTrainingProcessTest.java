package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TensorFlowTrainingProcessTest implements TrainingProcessContract {
  @Override
  public TrainingConfig config(long steps) {
    return Tiny.config(steps, Precision.BFLOAT16);
  }

  @Override
  public BatchSource batches(TrainingConfig config) {
    return Tiny.batches(config);
  }

  @Override
  public Trainer trainer(TrainingConfig config) {
    return new Trainer(Tiny.OBJECTIVE, config);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDiskThatIsFullStopsTheRunAndLosesNothing(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path file = folder.resolve("state.safetensors");
    try (var run = TrainingProcess.run(this, folder, 6)) {
      assertThat(run.exit()).isZero();
    }
    byte[] saved = Files.readAllBytes(file);
    try (var run = TrainingProcess.runWithoutSpace(this, folder, 30)) {
      assertThat(run.next()).isEqualTo(7);
      assertThat(run.next()).isEqualTo(8);
      assertThat(run.next()).isEqualTo(9); // whose state does not fit
      assertThat(run.exit()).isEqualTo(1);
      assertThat(run.errors())
          .contains("cannot write " + file + ": ")
          .contains(" bytes of it are missing); there is the state of step 6");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
    assertThat(file).hasBinaryContent(saved);
  }
}
