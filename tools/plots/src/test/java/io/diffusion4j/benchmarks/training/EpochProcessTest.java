package io.diffusion4j.benchmarks.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochProcessTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void everyTenthOfEachEpochHasALine() throws IOException {
    Path shard = folder.resolve("00000.tar");
    GeneratedShard.write(shard, 20, 48);
    var bytes = new ByteArrayOutputStream();
    EpochProcess.print(shard, 16, 1, 2, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(22);
    assertThat(lines.get(0)).startsWith("20 pictures, opened in ");
    assertThat(lines.get(2).strip()).startsWith("1 ");
    assertThat(lines.get(21).strip()).startsWith("2 ").contains(" 20 ");
  }
}
