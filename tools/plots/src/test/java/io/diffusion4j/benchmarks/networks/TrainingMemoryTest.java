package io.diffusion4j.benchmarks.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.benchmarks.networks.MemoryBench.TrainingMemory;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Tag("slow")
class TrainingMemoryTest {
  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryIsToldAfterEveryTenthAsAFractionOfTheFirst() {
    var bytes = new ByteArrayOutputStream();
    TrainingMemory.print(
        Path.of("..", "..", "emoji", "model"),
        1,
        20,
        new PrintStream(bytes, true, StandardCharsets.UTF_8));
    List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(1 + TrainingMemory.TIMES);
    double first = 0;
    for (int i = 1; i < lines.size(); i++) {
      String[] words = lines.get(i).strip().split(" +", -1);
      assertThat(words[0]).isEqualTo(Integer.toString(2 * i));
      double mebibytes = Double.parseDouble(words[1]);
      assertThat(mebibytes).isPositive();
      first = i == 1 ? mebibytes : first;
      assertThat(Double.parseDouble(words[2])).isCloseTo(mebibytes / first, within(1e-3));
    }
  }
}
