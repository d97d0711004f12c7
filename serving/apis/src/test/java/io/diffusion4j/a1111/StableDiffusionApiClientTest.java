package io.diffusion4j.a1111;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.serving.NodePrograms;
import io.diffusion4j.serving.ToyService;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A published client of the web UI's API, from npm, unmodified. Skipped where Node.js is absent.
 */
@Timeout(900)
class StableDiffusionApiClientTest {
  private static final Path SCRIPTS = Path.of("src", "test", "js", "a1111");

  @Test
  void itDrawsAndAsks() throws Exception {
    var programs =
        NodePrograms.install(
            SCRIPTS.resolve("package.json"), "stable-diffusion-api", SCRIPTS.resolve("client.mjs"));
    JsonNode answers;
    try (var server = ToyService.onPort(8, query -> {}, new A1111Module())) {
      answers =
          JsonMapper.builder()
              .build()
              .readTree(
                  new String(programs.run("client.mjs", Integer.toString(server.port())), UTF_8));
    }
    assertThat(answers.at("/models/0").asText()).isEqualTo("toy");
    assertThat(answers.get("model").asText()).startsWith("toy [");
    assertThat(answers.get("samplers").toString()).contains("\"Euler a\"");
    assertThat(answers.get("drawn").toString()).isEqualTo("[[512,512],[512,512]]");
    assertThat(answers.get("seeds").toString()).isEqualTo("[7,8]");
    assertThat(answers.get("drawnOn").toString()).isEqualTo("[[160,160]]");
    assertThat(answers.at("/progress/state/job_count").intValue()).isEqualTo(0);
    assertThat(answers.get("refused").asText())
        .isEqualTo("422 enable_hr: \"true\" (expected: false; not supported here)");
  }
}
