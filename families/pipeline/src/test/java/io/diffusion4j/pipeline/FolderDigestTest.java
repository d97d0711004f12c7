package io.diffusion4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderDigestTest {
  @TempDir private Path folder = Path.of("");

  private void write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private String digest() {
    return FolderDigest.of(folder, component -> !component.equals("classifier"));
  }

  private void assertDecides(String name) throws IOException {
    write(name, "one");
    String before = digest();
    write(name, "two");
    assertThat(digest()).as(name).isNotEqualTo(before);
  }

  private void assertDoesNotDecide(String name) throws IOException {
    String before = digest();
    write(name, "one");
    assertThat(digest()).as(name).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.safetensors",
        "diffusion_pytorch_model.bin",
        "config.json",
        "merges.txt",
        "README.txt",
        "clip_image_enc.pt",
        "model.ckpt",
        "model.pth",
        "vocab.bpe",
        "encoder.json.gz",
        "spiece.model",
        "of_a_kind_to_come"
      })
  void everyFileOfAComponentDecides(String name) throws IOException {
    write("unet/config.json", "{}");
    assertDecides("other/" + name);
  }

  @Test
  void bystandersDoNot() throws IOException {
    write("unet/config.json", "{}");
    for (String name :
        List.of("README.md", "LICENSE", "curve.PNG", ".DS_Store", "model.onnx", "x.bin.tmp")) {
      assertDoesNotDecide("unet/" + name);
    }
    assertDoesNotDecide("model_index.json");
    assertDoesNotDecide("classifier/model.pt");
    assertDoesNotDecide("unet/deep/config.json");
  }

  @Test
  void guidesAreOfAnyKind() throws IOException {
    write("clip_image_enc.pt", "one");
    String before = FolderDigest.withGuides("model", List.of(folder));
    write("clip_image_enc.pt", "two");
    assertThat(FolderDigest.withGuides("model", List.of(folder))).isNotEqualTo(before);
  }

  /** The network and the scheduler can each be in the folder itself or in a folder of its own. */
  @Test
  void networkAndSchedulerCountWhereverTheyAre() throws IOException {
    write("unet/config.json", "{}");
    assertDecides("scheduler_config.json");
    Files.delete(folder.resolve("scheduler_config.json"));
    assertDecides("config.json");
    assertDecides("unet/model.safetensors");
    assertDecides("tokenizer/vocab.json");
  }

  @Test
  void foldersBesideASingleNetworkDoNotCount() throws IOException {
    write("config.json", "{}");
    assertDecides("model.safetensors");
    write("samples/case.json", "{}");
    assertDoesNotDecide("samples/noise.safetensors");
    write("classifier/config.json", "{}");
    assertDoesNotDecide("samples/other.safetensors");
  }

  /** A model may be a link to another disk, and share a component with another model. */
  @Test
  void linkedFoldersDecideLikeCopies() throws IOException {
    write("real/unet/config.json", "{}");
    Path real = folder.resolve("real");
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.createSymbolicLink(shared.resolve("unet"), real.resolve("unet"));
    assertThat(List.of(link, shared))
        .extracting(model -> FolderDigest.of(model, component -> true))
        .containsOnly(FolderDigest.of(real, component -> true));
  }

  /** Recipes contain these digests. */
  @Test
  void digestsOfKnownKindsDoNotChange() throws IOException {
    write("unet/config.json", "{}");
    write("unet/model.safetensors", "weights");
    write("tokenizer/merges.txt", "a b");
    write("model_index.json", "{}");
    assertThat(digest())
        .isEqualTo("sha256:86ee7c5e5b93c53d3d551bca8133390ef33ad137fce8234e644c8b26217b76a7");
    write("config.json", "{}");
    assertThat(FolderDigest.of(folder.resolve("unet"), file -> true))
        .isEqualTo("sha256:3087d13013f37267ad25284f00c554f7871e6d97a3dc93b09a94ff80aaef8c04");
  }
}
