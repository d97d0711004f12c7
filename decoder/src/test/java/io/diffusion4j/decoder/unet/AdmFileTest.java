package io.diffusion4j.decoder.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.RandomWeights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmFileTest {
  @TempDir private Path folder = Path.of("");

  /** A file of this network, without numbers. */
  private static TensorMap shapes(UnetConfig config) {
    var file = new TensorMap();
    Manifest.of(new UnetNetwork(config))
        .shapes()
        .forEach((name, shape) -> file.put(name, shape, () -> new float[0]));
    return file;
  }

  /**
   * Published networks are recognised by names and shapes alone, which differ between all of them.
   */
  @Test
  void eachPublishedNetworkIsRecognised() {
    var found = new LinkedHashMap<String, UnetConfig>();
    AdmFile.published()
        .forEach(
            (name, config) ->
                found.put(name, AdmFile.recognise(Path.of(name + ".pt"), shapes(config))));
    assertThat(found).isEqualTo(AdmFile.published()).hasSize(7);
  }

  @Test
  void anotherSizeIsWrittenByItsSettings() {
    var config =
        UnetConfig.openAi(
            UnetLayout.OPENAI,
            8,
            3,
            ConcatConditioning.NOTHING,
            6,
            16,
            List.of(1.0, 2.0),
            List.of(2),
            1,
            LevelChange.RESIDUAL_BLOCK,
            TimeConditioning.SCALE_SHIFT,
            Heads.of(2, 2),
            0,
            0,
            4);
    AdmFolders.write(folder, config, RandomWeights.of(new UnetNetwork(config), 1), Map.of());
    Path file = folder.resolve("model.safetensors");
    Path output = folder.resolve("output");
    assertThatThrownBy(
            () -> AdmFile.convert(file, Optional.empty(), output, Optional.empty(), 1 << 30))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("512x512_diffusion, 64_256_upsampler");
    AdmFile.convert(file, Optional.of(folder), output, Optional.empty(), 1 << 30);
    assertThat(AdmFolders.read(output)).isEqualTo(config);
    try (var before = Checkpoint.open(file);
        var after = Checkpoint.open(output)) {
      assertThat(after.names()).hasSameElementsAs(before.names());
      for (String name : before.names()) {
        assertThat(after.raw(name)).isEqualTo(before.raw(name));
      }
    }
  }
}
