package io.diffusion4j.serving.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileVersionTest {
  /** A server whose model folder is a link reloads new weights, too. */
  @Test
  void changesBehindALinkAreDetected(@TempDir Path folder) throws IOException {
    Path weights = Files.createDirectories(folder.resolve("real/unet")).resolve("weights");
    Files.writeString(weights, "one");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
    var before = FileVersion.of(List.of(link));
    assertThat(FileVersion.of(List.of(link))).isEqualTo(before);
    Files.writeString(weights, "two, longer");
    assertThat(FileVersion.of(List.of(link))).isNotEqualTo(before);
  }
}
