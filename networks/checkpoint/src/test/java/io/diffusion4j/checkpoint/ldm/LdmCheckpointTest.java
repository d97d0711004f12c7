package io.diffusion4j.checkpoint.ldm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LdmCheckpointTest {
  @TempDir private Path folder = Path.of("");

  @GoldenTest(GoldenKind.LATENT_SINGLE_FILE)
  void aSingleFileHasTheTensorsOfTheFolder(GoldenCase golden) {
    try (var single = LdmCheckpoint.open(golden.file("model.safetensors"))) {
      assertSame(single.unet().orElseThrow(), golden, "unet");
      assertSame(single.autoencoder().orElseThrow(), golden, "vae");
      assertSame(single.text().orElseThrow(), golden, "text_encoder");
    }
  }

  @GoldenTest(GoldenKind.LATENT_SINGLE_FILE)
  void partsAloneHaveTheTensorsOfTheFolder(GoldenCase golden) {
    for (var file : golden.json().get("files")) {
      try (var single = LdmCheckpoint.open(golden.file(file.asText()))) {
        single.unet().ifPresent(network -> assertSame(network, golden, "unet"));
        single.autoencoder().ifPresent(network -> assertSame(network, golden, "vae"));
        assertThat(single.unet().isPresent() || single.autoencoder().isPresent()).isTrue();
      }
    }
  }

  @GoldenTest(GoldenKind.LATENT_SINGLE_FILE)
  void theTableIsTheReferencesBothWays(GoldenCase golden) {
    var mapping = ComponentConfig.read(golden.file("mapping.json"));
    for (String network : new String[] {"unet", "vae"}) {
      try (TensorSource folder = open(golden, network)) {
        boolean isUnet = network.equals("unet");
        LdmNames names =
            isUnet ? LdmNames.unetOf(folder.names()) : LdmNames.autoencoderOf(folder.names());
        String prefix = isUnet ? LdmCheckpoint.UNET : LdmCheckpoint.AUTOENCODER;
        for (String name : folder.names()) {
          String original = names.original(name).orElseThrow();
          assertThat(prefix + original).isEqualTo(mapping.object(network).text(name));
          assertThat(names.diffusers(original)).contains(name);
        }
      }
    }
  }

  @GoldenTest(GoldenKind.LATENT_SINGLE_FILE)
  void aFolderBecomesASingleFile(GoldenCase golden) {
    try (TensorSource unet = open(golden, "unet");
        TensorSource autoencoder = open(golden, "vae");
        TensorSource text = open(golden, "text_encoder");
        var published = LdmCheckpoint.open(golden.file("model.safetensors"));
        TensorSource original = Checkpoint.open(golden.file("model.safetensors"))) {
      TensorMap made = LdmCheckpoint.of(unet, autoencoder, text, published.isVersion2());
      assertThat(original.names()).containsAll(made.names());
      long layers = text.names().stream().filter(n -> n.endsWith("layer_norm1.weight")).count();
      for (String name : made.names()) {
        assertThat(made.shape(name)).as(name).isEqualTo(original.shape(name));
        if (!name.contains(".resblocks." + layers + ".")) { // which readers drop
          assertThat(made.read(name)).as(name).isEqualTo(original.read(name));
        }
      }
      Path file = folder.resolve("made.safetensors");
      new SafetensorsWriter().copyAll(made, Optional.empty()).write(file);
      try (var read = LdmCheckpoint.open(file)) {
        assertSame(read.unet().orElseThrow(), golden, "unet");
      }
    }
  }

  private static void assertSame(TensorSource network, GoldenCase golden, String name) {
    try (TensorSource all = open(golden, name)) {
      TensorSource folder = all.only(tensor -> !tensor.endsWith("position_ids")); // no weights
      assertThat(new TreeSet<>(network.names())).isEqualTo(new TreeSet<>(folder.names()));
      for (String tensor : folder.names()) {
        assertThat(network.shape(tensor)).as(tensor).isEqualTo(folder.shape(tensor));
        assertThat(network.read(tensor)).as(tensor).isEqualTo(folder.read(tensor));
      }
    }
  }

  private static Checkpoint open(GoldenCase golden, String network) {
    return Checkpoint.open(golden.file(golden.json().get("equals").asText() + "/" + network));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "conditioner.embedders.0.x | tensors of Stable Diffusion XL, conditioner.embedders.…"
            + " (expected: a single file of Stable Diffusion 1.x or 2.x: tensors such as"
            + " model.diffusion_model.input_blocks.0.0.weight)",
        "blocks.0.weight | 1 tensors, such as blocks.0.weight (expected: a single file of",
        "model.diffusion_model.joint_blocks.0.w | tensors of Stable Diffusion 3,"
            + " model.diffusion_model.joint_blocks.…"
      })
  void anotherModelIsRefusedWithWhatWasSeen(String tensor, String message) {
    Path file = folder.resolve("other.safetensors");
    new SafetensorsWriter()
        .floats(tensor, DType.F32, new long[] {1}, () -> new float[1])
        .write(file);
    assertThatThrownBy(() -> LdmCheckpoint.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": " + message);
  }
}
