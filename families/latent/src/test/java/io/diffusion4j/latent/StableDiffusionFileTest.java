package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.ldm.LdmCheckpoint;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StableDiffusionFileTest {
  private static final long SHARD = 1L << 30;

  @TempDir private Path folder = Path.of("");

  @GoldenTest(GoldenKind.LATENT_SINGLE_FILE)
  void aSingleFileBecomesTheFolderAndTheFolderTheFile(GoldenCase golden) {
    Path model = golden.folder().resolve(golden.json().get("equals").asText()).normalize();
    Path single = golden.file("model.safetensors");
    Path made = folder.resolve("made");
    StableDiffusionFile.convert(
        single,
        model.resolve("tokenizer"),
        Optional.of(model),
        Optional.empty(),
        made,
        Optional.empty(),
        SHARD);

    assertThat(StableDiffusionFolder.report(made).allFailures()).isEmpty();
    for (String network : List.of("unet", "vae", "text_encoder")) {
      try (var actual = Checkpoint.open(made.resolve(network));
          var expected = Checkpoint.open(model.resolve(network))) {
        for (String name : actual.names()) {
          assertThat(actual.read(name)).as(name).isEqualTo(expected.read(name));
        }
      }
    }
    assertThat(StableDiffusionFolder.DENOISER.readIn(made))
        .isEqualTo(StableDiffusionFolder.DENOISER.readIn(model));
    assertThat(StableDiffusionFolder.NOISE.readIn(made))
        .isEqualTo(StableDiffusionFolder.NOISE.readIn(model));
    assertThat(StableDiffusionFolder.WORDS.readIn(made).ids("a red apple"))
        .isEqualTo(StableDiffusionFolder.WORDS.readIn(model).ids("a red apple"));
    assertThat(StableDiffusionFolder.WORDS.readIn(made).padId())
        .isEqualTo(StableDiffusionFolder.WORDS.readIn(model).padId());

    Path back = folder.resolve("back.safetensors");
    StableDiffusionFile.toSingleFile(made, back, Optional.empty());
    try (var again = Checkpoint.open(back);
        var original = Checkpoint.open(single)) {
      assertThat(original.names()).containsAll(again.names());
      String unused = "." + StableDiffusionFolder.TEXT.readIn(made).transformer().layers() + ".";
      for (String name : again.names()) {
        if (!(name.startsWith("cond_stage_model") && name.contains(unused))) {
          assertThat(again.read(name)).as(name).isEqualTo(original.read(name));
        }
      }
    }
    try (var read = LdmCheckpoint.open(back);
        var first = LdmCheckpoint.open(single)) {
      assertThat(read.text().orElseThrow().names())
          .hasSameElementsAs(first.text().orElseThrow().names());
    }
  }

  @GoldenTest(GoldenKind.LATENT_SINGLE_FILE)
  void aFileWithoutATextTowerIsRefused(GoldenCase golden) {
    for (var file : golden.json().get("files")) {
      Path path = golden.file(file.asText());
      boolean whole;
      try (var single = LdmCheckpoint.open(path)) {
        whole = single.text().isPresent();
      }
      if (!whole) {
        assertThatThrownBy(() -> convert(path))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("missing (expected: U-Net, autoencoder and text tower)");
      } else if (path.toString().contains("sd2")) {
        assertThatThrownBy(() -> convert(path))
            .isInstanceOf(CheckpointException.class)
            .hasMessageStartingWith(path + ": predicts: unknown (expected: eps for pictures of");
      } else {
        assertThat(whole).isTrue();
      }
    }
  }

  private void convert(Path file) {
    StableDiffusionFile.convert(
        file,
        folder,
        Optional.empty(),
        Optional.empty(),
        folder.resolve("no"),
        Optional.empty(),
        SHARD);
  }

  /** Shapes alone, of the published sizes. */
  @Test
  void publishedNetworksAreRecognisedByTheirShapes() {
    for (var unet :
        List.of(
            StableDiffusionConfig.unet1(4, 0),
            StableDiffusionConfig.unet1(9, 0),
            StableDiffusionConfig.sdxs().unet())) {
      assertThat(StableDiffusionFile.unet(shapes(unet), false, 64)).isEqualTo(unet);
    }
    for (var unet :
        List.of(
            StableDiffusionConfig.unet2(96, 4, 0),
            StableDiffusionConfig.unet2(96, 9, 0),
            StableDiffusionConfig.unet2(96, 4, 2048))) {
      assertThat(StableDiffusionFile.unet(shapes(unet), true, 96)).isEqualTo(unet);
    }
  }

  private static TensorSource shapes(ConditionalUnet unet) {
    var map = new TensorMap();
    unet.manifest().shapes().forEach((name, shape) -> map.put(name, shape, () -> new float[0]));
    return map;
  }
}
