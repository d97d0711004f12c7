package io.diffusion4j.glide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GlideFilesTest {
  @TempDir private Path folder = Path.of("");

  /** The four that are published differ in shapes; their keys are compared elsewhere. */
  @Test
  void noTwoPublishedNetworksHaveTheSameShapes() {
    var shapes =
        GlideFiles.published().values().stream()
            .map(config -> GlideFolders.manifest(config).shapes())
            .map(
                all ->
                    all.entrySet().stream()
                        .map(e -> e.getKey() + java.util.Arrays.toString(e.getValue()))
                        .toList())
            .toList();
    assertThat(shapes).hasSize(4).doesNotHaveDuplicates();
  }

  /** Files of other sizes, one by one, by their settings. */
  @Test
  void theFilesOfAPairBecomeAFolderThatOpens() throws IOException {
    Path origin = folder.resolve("origin");
    TinyGlide.write(origin, ConcatConditioning.NOTHING, ConcatConditioning.LOW);
    Path output = folder.resolve("output");
    Path words = origin.resolve(GlideNetworks.TOKENIZER);
    for (String name : List.of(GlideNetworks.BASE, GlideNetworks.UPSAMPLE)) {
      Path settings = origin.resolve(name);
      Path file = settings.resolve("model.safetensors");
      GlideFiles.convert(
          List.of(file), words, Optional.of(settings), output, Optional.empty(), 1 << 30);
    }
    assertThat(GlideNetworks.completes(output)).isFalse();
    assertThat(new GlideFamily().inspect(output).allFailures()).isEmpty();
  }

  @Test
  void aFileOfAnotherNetworkIsRefusedByTheNamesThatAreKnown() throws IOException {
    TinyGlide.write(folder, ConcatConditioning.NOTHING, ConcatConditioning.LOW);
    Path file = folder.resolve(GlideNetworks.BASE).resolve("model.safetensors");
    assertThatThrownBy(
            () ->
                GlideFiles.convert(
                    List.of(file),
                    folder.resolve(GlideNetworks.TOKENIZER),
                    Optional.empty(),
                    folder.resolve("output"),
                    Optional.empty(),
                    1 << 30))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("base, upsample, base-inpaint, upsample-inpaint of GLIDE");
  }
}
