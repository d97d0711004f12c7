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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
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

  /** A list that contains itself, as the arguments of the function that calls with a list. */
  @Test
  void aCallThatCallsItselfIsRefused() throws IOException {
    String call =
        "\u0080\u0002]q\u0000(ctorch._tensor\n_rebuild_from_type_v2\nq\u0001Nh\u0000e"
            + "h\u0001h\u0001Nh\u0000\u0087R.";
    Path file = folder.resolve("x.bin");
    Files.write(file, call.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Checkpoint.open(file)).isInstanceOf(CheckpointException.class);
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

  /** As in diffusers without a variant. */
  @Test
  void fullPrecisionIsReadBeforeHalf() throws IOException {
    GoldenCase golden = GoldenRoots.shipped().cases(GoldenKind.TORCH_FILES).get(0);
    Path half = folder.resolve("diffusion_pytorch_model.fp16.safetensors");
    Files.copy(golden.file("plain.safetensors"), half);
    try (var opened = Checkpoint.open(folder)) {
      assertThat(opened.path()).isEqualTo(half);
    }
    Path full = folder.resolve("diffusion_pytorch_model.bin");
    Files.copy(golden.file("plain-zip.pt"), full);
    try (var opened = Checkpoint.open(folder)) {
      assertThat(opened.path()).isEqualTo(full);
    }
  }

  /** {@code torch.save} of {@code torch._neg_view(x)} stores the elements of x. */
  @Test
  void aTensorThatNegatesItsStorageIsRefused() throws IOException {
    try (var file = TorchFile.open(saved("N"))) { // as older versions, without the last argument
      assertThat(file.read("x")).containsExactly(2, 276);
    }
    try (var file = TorchFile.open(saved("}"))) {
      assertThat(file.read("x")).containsExactly(2, 276);
    }
    for (String bit : new String[] {"neg", "conj"}) {
      Path path = saved("}X\3\0\0\0".replace('\3', (char) bit.length()) + bit + "\u0088s");
      assertThatThrownBy(() -> TorchFile.open(path))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("bits of a tensor: [" + bit + "] (expected: none)");
    }
  }

  /**
   * Writes {@code {"x": tensor}} as {@code torch.save} does, with the last argument of a tensor.
   */
  private Path saved(String last) throws IOException {
    String pickle =
        "\u0080\2}X\1\0\0\0xctorch._utils\n_rebuild_tensor_v2\n"
            + "((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0000X\3\0\0\0cpuK\2tQ"
            + "K\0K\2\u0085K\1\u0085\u0089ccollections\nOrderedDict\n)R"
            + last
            + "tRs.";
    byte[] floats =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(2).putFloat(276).array();
    Path path = folder.resolve("saved.pt");
    try (var zip = new ZipOutputStream(Files.newOutputStream(path))) {
      zip.setMethod(ZipOutputStream.STORED);
      stored(zip, "saved/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
      stored(zip, "saved/data/0", floats);
      stored(zip, "saved/version", "3".getBytes(StandardCharsets.ISO_8859_1));
    }
    return path;
  }

  private static void stored(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    var crc = new CRC32();
    crc.update(bytes);
    var entry = new ZipEntry(name);
    entry.setSize(bytes.length);
    entry.setCompressedSize(bytes.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
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
