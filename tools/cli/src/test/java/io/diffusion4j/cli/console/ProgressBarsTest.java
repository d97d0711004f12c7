package io.diffusion4j.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressBarsTest {
  @Test
  void aDumbTerminalGetsLinesWithoutControlCharacters() {
    var said = new StringWriter();
    ProgressBars bars = ProgressBars.of(new PrintWriter(said, true), true, Map.of("TERM", "dumb"));
    try (var bar = bars.bar("drawing", 0, 2)) {
      bar.at(2, "done");
    }
    assertThat(said.toString()).contains("drawing: 2/2").doesNotContain("\u001b", "\r");
  }
}
