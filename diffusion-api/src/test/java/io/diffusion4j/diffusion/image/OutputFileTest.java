package io.diffusion4j.diffusion.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class OutputFileTest {
  private static final byte[] BYTES = "a picture".getBytes(UTF_8);

  private static void write(Path path) {
    var file = new OutputFile(path);
    file.requireWritable();
    file.write(BYTES);
  }

  @Test
  void aFileIsReplacedAndNothingIsLeftBeside(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("a.png"), "older and longer than the new one");
    write(file);
    assertThat(file).hasBinaryContent(BYTES);
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
  }

  @Test
  void aLinkStaysAndItsTargetIsWritten(@TempDir Path folder) throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path target = Files.writeString(elsewhere.resolve("a.png"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.png"), target);
    write(link);
    assertThat(link).isSymbolicLink();
    assertThat(target).hasBinaryContent(BYTES);

    Path later = elsewhere.resolve("b.png");
    Path dangling =
        Files.createSymbolicLink(folder.resolve("dangling.png"), Path.of("elsewhere", "b.png"));
    write(dangling);
    assertThat(dangling).isSymbolicLink();
    assertThat(later).hasBinaryContent(BYTES);

    Path nowhere =
        Files.createSymbolicLink(folder.resolve("nowhere.png"), Path.of("missing", "c.png"));
    assertThatThrownBy(() -> write(nowhere))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a file in a folder that is there");
  }

  @Test
  void aPipeIsWrittenTo(@TempDir Path folder) throws Exception {
    Path pipe = folder.resolve("pipe");
    try {
      assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    } catch (IOException e) {
      assumeTrue(false, "no mkfifo here: " + e.getMessage());
    }
    var read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readAllBytes(pipe);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    write(pipe);
    assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(BYTES);
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  @Test
  void aDeviceStaysADevice() {
    Path device = Path.of("/dev/null");
    assumeTrue(Files.exists(device));
    write(device);
    assertThat(Files.isRegularFile(device)).isFalse();
  }

  @Test
  void aFolderIsRefused(@TempDir Path folder) {
    assertThatThrownBy(() -> write(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is a folder");
  }
}
