package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.golden.GoldenTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files of torch are read exactly or refused, whatever is in them. */
class TorchFileTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int FLIPS = 150;

  @TempDir private Path folder = Path.of("");

  @GoldenTest(GoldenKind.TORCH_FILES)
  void tensorsAreThoseOfTheSafetensorsBeside(GoldenCase golden) {
    for (Map.Entry<String, JsonNode> file : golden.json().properties()) {
      JsonNode expected = file.getValue();
      Path path = golden.file(file.getKey());
      try (var twin = Checkpoint.open(golden.file(expected.get("twin").asText()));
          var read = Checkpoint.open(path)) {
        assertThat(read.names()).as(file.getKey()).hasSameElementsAs(twin.names());
        for (String name : twin.names()) {
          String what = file.getKey() + " " + name;
          assertThat(read.info(name).toString()).as(what).isEqualTo(twin.info(name).toString());
          assertThat(read.raw(name)).as(what).isEqualTo(twin.raw(name));
        }
        if (expected.has("ambiguous")) {
          assertThat(read.metadata())
              .containsEntry("torch.from", expected.get("ambiguous").get(0).asText())
              .containsEntry(
                  "torch.candidates",
                  expected.get("ambiguous").get(0).asText()
                      + ", "
                      + expected.get("ambiguous").get(1).asText());
        }
      } catch (CheckpointException e) {
        assertThat(expected.path("refused_is_fine").asBoolean()).as(e.getMessage()).isTrue();
      }
    }
  }

  @GoldenTest(GoldenKind.HOSTILE_TORCH_FILES)
  void whatIsHostileIsRefusedOrInert(GoldenCase golden) {
    for (Map.Entry<String, JsonNode> file : golden.json().properties()) {
      Path path = golden.file(file.getKey());
      boolean read = assertTimeoutPreemptively(PATIENCE, () -> readsWhole(path), () -> "" + path);
      if (file.getValue().get("expect").asText().equals("refused")) {
        assertThat(read).as("%s is read: %s", path, file.getValue()).isFalse();
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> aChangedByteGivesTensorsOrOneClearError() {
    return GoldenRoots.current().cases(GoldenKind.TORCH_FILES).stream()
        .flatMap(golden -> golden.json().propertyStream().map(e -> golden.file(e.getKey())))
        .filter(path -> !path.toString().endsWith(".json"))
        .map(path -> dynamicTest(path.getFileName().toString(), () -> flip(path)));
  }

  private void flip(Path path) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    var random = new SplittableRandom(path.getFileName().toString().hashCode());
    for (int i = 0; i < FLIPS; i++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      Path file = Files.write(folder.resolve("changed.pt"), changed);
      assertTimeoutPreemptively(PATIENCE, () -> readsWhole(file));
    }
  }

  /** Whether all tensors could be read; a refusal is one line on the file. */
  private static boolean readsWhole(Path path) {
    try (var file = TorchFile.open(path)) {
      file.names().forEach(file::raw);
      return true;
    } catch (CheckpointException e) {
      assertThat(e).hasMessageStartingWith(path + ": ").hasMessageNotContaining("\n");
      return false;
    }
  }

  @Test
  void safetensorsWinsWhereBothLie() throws IOException {
    GoldenCase golden = GoldenRoots.shipped().cases(GoldenKind.TORCH_FILES).get(0);
    Path torch = folder.resolve("diffusion_pytorch_model.bin");
    Files.copy(golden.file("plain-zip.pt"), torch);
    try (var opened = Checkpoint.open(folder)) {
      assertThat(opened.path()).isEqualTo(torch);
    }
    Path safetensors = folder.resolve("diffusion_pytorch_model.safetensors");
    Files.copy(golden.file("plain.safetensors"), safetensors);
    try (var opened = Checkpoint.open(folder)) {
      assertThat(opened.path()).isEqualTo(safetensors);
    }
  }

  @Test
  void aFoldersShardsAreFoundByTheirIndex() throws IOException {
    GoldenCase golden = GoldenRoots.shipped().cases(GoldenKind.TORCH_FILES).get(0);
    for (String name :
        new String[] {
          "pytorch_model.bin.index.json",
          "pytorch_model-00001-of-00002.bin",
          "pytorch_model-00002-of-00002.bin"
        }) {
      Files.copy(golden.file(name), folder.resolve(name));
    }
    try (var opened = Checkpoint.open(folder, Checkpoint.TRANSFORMERS);
        var twin = Checkpoint.open(golden.file("plain.safetensors"))) {
      assertThat(opened.names()).hasSameElementsAs(twin.names());
    }
  }

  @Test
  void aFileIsWhatItBeginsWith() throws IOException {
    GoldenCase golden = GoldenRoots.shipped().cases(GoldenKind.TORCH_FILES).get(0);
    Path named = Files.copy(golden.file("plain-zip.pt"), folder.resolve("weights.safetensors"));
    try (var opened = Checkpoint.open(named);
        var strided = TorchFile.open(golden.file("views-zip.pt"))) {
      assertThat(opened.names()).isNotEmpty();
      assertThat(strided.names().stream().map(strided::strides)).isNotEmpty();
    }
    Path other = Files.writeString(folder.resolve("other.pt"), "no weights");
    assertThatThrownBy(() -> Checkpoint.open(other))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            other + ": not a torch file (expected: output of torch.save or torch.jit.save)");
  }
}
