package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void whenTheDiskIsFullTheOldFileStaysAndTheErrorNamesTheFile(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    channel -> {
                      AtomicFile.writeFully(channel, ByteBuffer.allocate(100));
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot write " + file + ": java.io.IOException: No space left on device");
    assertThat(file).hasContent("old");
    assertThat(list(folder)).containsExactly(file);
  }

  @Test
  void theNameAppearsOnlyWhenCommitted(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.json");
    try (var atomic =
        new AtomicFile(
            file, channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(new byte[] {'n'})))) {
      assertThat(file).doesNotExist();
      assertThat(list(folder)).hasSize(1);
      atomic.commit();
    }
    assertThat(file).hasContent("n");
    assertThat(list(folder)).containsExactly(file);
    try (var abandoned = new AtomicFile(file, channel -> {})) {
      assertThat(abandoned).isNotNull();
    }
    assertThat(file).hasContent("n");
    assertThat(list(folder)).containsExactly(file);
  }

  @Test
  void theErrorSaysHowMuchOfTheFileIsMissing(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.json");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    250,
                    channel -> {
                      AtomicFile.writeFully(channel, ByteBuffer.allocate(100));
                      throw new IOException("No space left on device");
                    }))
        .hasMessageEndingWith("No space left on device (150 bytes of it are missing)");
    assertThat(list(folder)).isEmpty();
  }

  @Test
  void whatAKilledProcessLeftIsRemoved(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "whole");
    Path other = Files.writeString(folder.resolve(".b.json.1.tmp"), "of another file");
    Files.writeString(folder.resolve(".a.json.1.tmp"), "ha");
    AtomicFile.removeLeftovers(file);
    assertThat(list(folder)).containsExactlyInAnyOrder(file, other);
  }
}
