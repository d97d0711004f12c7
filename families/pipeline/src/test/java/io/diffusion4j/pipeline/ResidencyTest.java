package io.diffusion4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidencyTest {
  @TempDir private Path folder = Path.of("");

  private void put(String name, long bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
  }

  /** The parts count together. */
  @Test
  void networksOfASmallModelAreOpenTogetherWhileItDraws() throws IOException {
    put("prior/model.safetensors", 300L << 20);
    put("model_index.json", 1000);
    assertThat(Residency.forOneDrawing(folder)).isEqualTo(Residency.ALWAYS);
    put("decoder/model.safetensors", 300L << 20);
    assertThat(Residency.forOneDrawing(folder)).isEqualTo(Residency.ONE_AT_A_TIME);
  }

  @Test
  void linkedFoldersCount() throws IOException {
    put("real/prior/model.safetensors", 600L << 20);
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
    assertThat(Residency.forOneDrawing(link)).isEqualTo(Residency.ONE_AT_A_TIME);
  }

  @Test
  void aFolderThatIsMissingIsReportedLater() {
    assertThat(Residency.forOneDrawing(folder.resolve("none"))).isEqualTo(Residency.ONE_AT_A_TIME);
  }
}
