package io.diffusion4j.unclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.diffusion.noise.NoiseSource;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedNoiseTest {
  private Path file;

  @BeforeEach
  void record(@TempDir Path folder) {
    file = folder.resolve("noise.safetensors");
    new SafetensorsWriter()
        .floats("prior.init", DType.F32, new long[] {2, 3}, () -> new float[] {1, 2, 3, 4, 5, 6})
        .floats(
            "decoder.step0",
            DType.F32,
            new long[] {2, 3, 1, 2},
            () -> new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
        .write(file);
  }

  @Test
  void eachSampleHasItsRowAndImagesHaveTheirChannelsLast() {
    var noise = RecordedNoise.of(file, 2);
    assertThat(noise.get(0).gaussian("prior", NoiseSource.INITIAL, 3)).containsExactly(1, 2, 3);
    assertThat(noise.get(1).gaussian("prior", NoiseSource.INITIAL, 3)).containsExactly(4, 5, 6);
    assertThat(noise.get(1).gaussian("decoder", 0, 6)).containsExactly(7, 9, 11, 8, 10, 12);
  }

  @Test
  void theNoiseOfAnotherBatchIsRefused() {
    assertThatThrownBy(() -> RecordedNoise.of(file, 3))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": not the noise of 3 samples\n"
                + "  decoder.step0: [2, 3, 1, 2] (expected: [3, …])\n"
                + "  prior.init: [2, 3] (expected: [3, …])");
  }

  @Test
  void aDrawThatWasNotRecordedIsNamed() {
    NoiseSource noise = RecordedNoise.of(file, 2).get(0);
    assertThatThrownBy(() -> noise.gaussian("super_res", 1, 6))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file + ": no tensor super_res.step1 (expected: one of decoder.step0, prior.init)");
  }

  @Test
  void aDrawOfAnotherSizeIsRefused() {
    NoiseSource noise = RecordedNoise.of(file, 2).get(0);
    assertThatThrownBy(() -> noise.gaussian("prior", NoiseSource.INITIAL, 4))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": prior.init: [2, 3] (expected: 4 for each)");
  }
}
