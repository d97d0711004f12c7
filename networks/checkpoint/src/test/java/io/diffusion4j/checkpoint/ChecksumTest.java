package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksumTest {
  private static SafetensorsWriter writer() {
    return new SafetensorsWriter()
        .note("step", "100")
        .note("about", "\"diffusion4j.crc32c\":\"12345678\"")
        .floats("a", DType.F32, new long[] {3}, () -> new float[] {1, 2, 3})
        .floats("b", DType.BF16, new long[] {2}, () -> new float[] {4, 5});
  }

  @Test
  void anyBitThatIsFlippedIsNoticed(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.safetensors");
    writer().withChecksum().write(file);
    byte[] sound = Files.readAllBytes(file);
    String text = new String(sound, StandardCharsets.ISO_8859_1);
    int note = text.indexOf("\"diffusion4j.crc32c\"");
    int noteEnd = note + "\"diffusion4j.crc32c\"".length();
    for (int bit = 0; bit < 8 * sound.length; bit++) {
      byte[] flipped = sound.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, flipped);
      boolean isNameOfNote = bit / 8 >= note && bit / 8 < noteEnd;
      if (!isNameOfNote) { // without its name the checksum is a note like others
        assertThatThrownBy(() -> open(file))
            .as("bit %d", bit)
            .isInstanceOf(CheckpointException.class)
            .hasMessageStartingWith(file + ": ");
      }
    }
    Files.write(file, sound);
    assertThatCode(() -> open(file)).doesNotThrowAnyException();
  }

  private static void open(Path file) {
    try (var opened = SafetensorsFile.open(file)) {
      opened.requireIntact();
    }
  }

  @Test
  void theErrorNamesTheFileAndBothChecksums(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.safetensors");
    writer().withChecksum().write(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> open(file))
        .hasMessageMatching(
            java.util.regex.Pattern.quote(file.toString())
                + ": checksum: [0-9a-f]{8} \\(expected: [0-9a-f]{8}; the file is damaged\\)");
  }

  @Test
  void aFileWithoutAChecksumIsTakenAsItIs(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.safetensors");
    writer().write(file);
    assertThatCode(() -> open(file)).doesNotThrowAnyException();
  }

  @Test
  void eachShardHasItsOwn(@TempDir Path folder) throws IOException {
    writer().withChecksum().writeSharded(folder, "model", 8);
    try (var checkpoint = Checkpoint.open(folder, "model")) {
      assertThatCode(checkpoint::requireIntact).doesNotThrowAnyException();
    }
    List<Path> shards;
    try (var files = Files.list(folder)) {
      shards = files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
    }
    assertThat(shards).hasSize(2);
    byte[] bytes = Files.readAllBytes(shards.get(1));
    bytes[bytes.length - 1] ^= 1;
    Files.write(shards.get(1), bytes);
    try (var checkpoint = Checkpoint.open(folder, "model")) {
      assertThatThrownBy(checkpoint::requireIntact).hasMessageStartingWith(shards.get(1) + ": ");
    }
  }
}
