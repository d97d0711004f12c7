package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private Path folder;

  @BeforeEach
  void useFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private static SafetensorsWriter writer(String... names) {
    var writer = new SafetensorsWriter();
    for (String name : names) {
      writer.floats(name, DType.F32, new long[] {2}, () -> new float[] {name.charAt(0), 1});
    }
    return writer;
  }

  /** Tensors a, b, c, … of 8 bytes each. */
  private static SafetensorsWriter letters(int count) {
    return writer(
        IntStream.range(0, count)
            .mapToObj(i -> String.valueOf((char) ('a' + i)))
            .toArray(String[]::new));
  }

  private List<String> filesInFolder() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void index(String weightMap) throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"metadata\":{\"total_size\":16},\"weight_map\":" + weightMap + "}");
  }

  @Test
  void shardsAreReadAsOne() throws IOException {
    letters(5).note("seed", "3").writeSharded(folder, "model", 20);
    assertThat(filesInFolder())
        .containsExactly(
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            "model.safetensors.index.json");
    try (var checkpoint = Checkpoint.open(folder, "model")) {
      assertThat(checkpoint.names()).containsExactly("a", "b", "c", "d", "e");
      assertThat(checkpoint.metadata()).containsEntry("seed", "3").containsEntry("format", "pt");
      assertThat(checkpoint.read("d")).containsExactly('d', 1);
      assertThat(checkpoint.info("d").shape()).containsExactly(2);
      assertThat(checkpoint.contains("d")).isTrue();
      assertThatThrownBy(() -> checkpoint.info("z"))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(folder.resolve("model.safetensors.index.json") + ": no tensor z");
    }
  }

  @Test
  void theIndexIsAsTheReferenceWritesIt() throws IOException {
    letters(3).writeSharded(folder, "model", 16);
    assertThat(folder.resolve("model.safetensors.index.json"))
        .hasContent(
            """
            {
              "metadata": {
                "total_size": 24
              },
              "weight_map": {
                "a": "model-00001-of-00002.safetensors",
                "b": "model-00001-of-00002.safetensors",
                "c": "model-00002-of-00002.safetensors"
              }
            }
            """);
  }

  @Test
  void aTensorLargerThanAShardHasOneToItself() throws IOException {
    letters(2).writeSharded(folder, "model", 1);
    assertThat(filesInFolder()).hasSize(3);
    try (var checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.names()).containsExactly("a", "b");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> letters(1).writeSharded(folder, "model", 0))
        .withMessage("maxShardBytes: 0 (expected: ≥ 1)");
  }

  @Test
  void whatANewCheckpointMakesObsoleteIsRemoved() throws IOException {
    Files.writeString(folder.resolve("model.fp16.safetensors"), "another");
    Files.writeString(folder.resolve("model-extra.safetensors"), "another");
    letters(5).writeSharded(folder, "model", 8);
    letters(5).writeSharded(folder, "model", 16);
    assertThat(filesInFolder()).hasSize(2 + 3 + 1);
    letters(2).writeSharded(folder, "model", 16);
    assertThat(filesInFolder())
        .containsExactly("model-extra.safetensors", "model.fp16.safetensors", "model.safetensors");
    letters(3).writeSharded(folder, "model", 16);
    try (var checkpoint = Checkpoint.open(folder, "model")) {
      assertThat(checkpoint.names()).containsExactly("a", "b", "c");
    }
    assertThat(filesInFolder()).hasSize(2 + 2 + 1);
  }

  @Test
  void whenAShardFailsTheOldCheckpointStays() throws IOException {
    letters(3).writeSharded(folder, "model", 16);
    List<String> before = filesInFolder();
    var broken =
        letters(3)
            .floats(
                "d",
                DType.F32,
                new long[] {2},
                () -> {
                  throw new IllegalStateException("no more weights");
                });
    assertThatThrownBy(() -> broken.writeSharded(folder, "model", 16))
        .hasMessage("no more weights");
    assertThat(filesInFolder()).isEqualTo(before);
    try (var checkpoint = Checkpoint.open(folder, "model")) {
      assertThat(checkpoint.names()).containsExactly("a", "b", "c");
    }
  }

  @Test
  void aFolderIsSearchedInOrder() {
    writer("half").write(folder.resolve("model.fp16.safetensors"));
    try (var checkpoint = Checkpoint.open(folder, "model")) {
      assertThat(checkpoint.names()).containsExactly("half");
      assertThat(checkpoint.path()).isEqualTo(folder.resolve("model.fp16.safetensors"));
    }
    writer("full").write(folder.resolve("model.safetensors"));
    try (var checkpoint = Checkpoint.open(folder, "model")) {
      assertThat(checkpoint.names()).containsExactly("full");
    }
    try (var checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.names()).containsExactly("full");
    }
    writer("diffusers").write(folder.resolve("diffusion_pytorch_model.safetensors"));
    try (var checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.names()).containsExactly("diffusers");
    }
    try (var checkpoint = Checkpoint.open(folder.resolve("model.fp16.safetensors"))) {
      assertThat(checkpoint.names()).containsExactly("half");
    }
  }

  @Test
  void anIndexOfAVariantIsFoundAndMayBeOpenedItself() throws IOException {
    letters(2).writeSharded(folder, "model", 8);
    Path variant = folder.resolve("model.safetensors.index.fp16.json");
    Files.move(folder.resolve("model.safetensors.index.json"), variant);
    for (Path path : List.of(folder, variant)) {
      try (var checkpoint = Checkpoint.open(path, "model")) {
        assertThat(checkpoint.names()).containsExactly("a", "b");
      }
    }
  }

  @Test
  void aFolderWithoutWeightsSaysWhatWasLookedFor() {
    assertThatThrownBy(() -> Checkpoint.open(folder, "model"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder
                + ": no weights (expected: one of model.safetensors, model.safetensors.index.json,"
                + " pytorch_model.bin, pytorch_model.bin.index.json, model.fp16.safetensors,"
                + " model.safetensors.index.fp16.json, pytorch_model.fp16.bin,"
                + " pytorch_model.bin.index.fp16.json)");
    Path nowhere = folder.resolve("nowhere");
    assertThatThrownBy(() -> Checkpoint.open(nowhere))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(nowhere + ": no such file or folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pytorch_model.bin", "model.pt", "decoder.ckpt", "ViT-L-14_stats.th"})
  void aPickleThatIsNotOfTorchIsRefused(String name) throws IOException {
    Path pickle = Files.writeString(folder.resolve(name), "cos\nsystem\n");
    assertThatThrownBy(() -> Checkpoint.open(pickle))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(pickle + ": not a torch file (expected: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"../other.safetensors\"",
        "\"/etc/passwd\"",
        "\"sub/../../other.safetensors\"",
        "\"..\\\\other.safetensors\"",
        "\"C:\\\\other.safetensors\"",
        "\"sub/shard.safetensors\"",
        "\"..\"",
        "\".\"",
        "\"\"",
        "\" \"",
        "\"a\\u0000b\"",
        "null",
        "1",
        "[\"model.safetensors\"]",
      })
  void anIndexNamesFilesBesideItOnly(String shard) throws IOException {
    index("{\"x\":" + shard + "}");
    assertThatThrownBy(() -> Checkpoint.open(folder, "model"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve("model.safetensors.index.json").toString())
        .hasMessageContaining("names files it must not\n  weight_map.x: ")
        .hasMessageEndingWith("(expected: a file beside it)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{}",
        "{\"weight_map\":{}}",
        "{\"weight_map\":[]}",
        "{\"weight_map\":{\"x\":\"a\",\"x\":\"b\"}}",
        "{\"weight_map\":{\"x\":\"a\"}} trailing",
        "",
      })
  void anIndexThatIsNotOneIsRefused(String json) throws IOException {
    Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    assertThatThrownBy(() -> Checkpoint.open(folder, "model"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve("model.safetensors.index.json") + ": ");
  }

  @Test
  void shardsThatAreMissingAreAllListed() throws IOException {
    letters(3).writeSharded(folder, "model", 8);
    Files.delete(folder.resolve("model-00001-of-00003.safetensors"));
    Files.delete(folder.resolve("model-00003-of-00003.safetensors"));
    assertThatThrownBy(() -> Checkpoint.open(folder, "model"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith(
            """
            shards that do not exist
              model-00001-of-00003.safetensors
              model-00003-of-00003.safetensors\
            """);
  }

  @Test
  void indexAndShardsThatDisagreeAreReportedInFull() throws IOException {
    writer("a", "both", "moved").write(folder.resolve("one.safetensors"));
    writer("both", "extra").write(folder.resolve("two.safetensors"));
    index(
        """
        {"a":"one.safetensors","both":"two.safetensors","moved":"two.safetensors",
         "gone":"two.safetensors"}\
        """);
    assertThatThrownBy(() -> Checkpoint.open(folder, "model"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith(
            """
            does not fit its shards
              both: in both one.safetensors and two.safetensors
              extra: in two.safetensors but not in the index
              both: in one.safetensors (expected: in two.safetensors)
              gone: missing from two.safetensors
              moved: in one.safetensors (expected: in two.safetensors)\
            """);
  }

  @Test
  void aLinkToAFileElsewhereIsAFileOfTheFolder() throws IOException {
    Path blobs = Files.createDirectory(folder.resolve("blobs"));
    Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
    letters(2).writeSharded(blobs, "model", 8);
    try (Stream<Path> files = Files.list(blobs)) {
      for (Path file : files.toList()) {
        Files.createSymbolicLink(snapshot.resolve(file.getFileName()), file);
      }
    }
    try (var checkpoint = Checkpoint.open(snapshot)) {
      assertThat(checkpoint.names()).containsExactly("a", "b");
    }
  }
}
