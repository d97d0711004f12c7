package io.diffusion4j.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerHistoryTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void runsAreAppended() throws IOException {
    var history = new PeerHistory(folder.resolve("new"));
    var row = new PeerRow("S", 8, EngineUnderTest.TORCH_BF16, 98.267, 418.7, 0.014);
    history.append(List.of(row), 210, LocalDate.of(2026, 1, 2));
    Path file = history.append(List.of(row, row), 211, LocalDate.of(2026, 1, 3));
    var runs = new ObjectMapper().readTree(file.toFile());
    assertThat(runs.findValuesAsText("date")).containsExactly("2026-01-02", "2026-01-03");
    assertThat(runs.findValuesAsText("network")).hasSize(3);
    var first = runs.get(0).get("rows").get(0);
    assertThat(first.get("engine").asText()).isEqualTo("libtorch");
    assertThat(first.get("precision").asText()).isEqualTo("bf16");
    assertThat(first.get("milliseconds").asDouble()).isEqualTo(98.27);
    assertThat(file.getFileName().toString()).matches("[a-z0-9-]+-x[0-9]+\\.json");
  }

  @Test
  void anotherFileIsNotReplaced() throws IOException {
    var history = new PeerHistory(folder);
    Files.writeString(history.file(), "{}");
    assertThatThrownBy(() -> history.append(List.of(), 210, LocalDate.of(2026, 1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("(expected: an array of runs)");
    assertThat(history.file()).hasContent("{}");
  }
}
