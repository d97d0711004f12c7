package io.diffusion4j.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.serving.NodePrograms;
import io.diffusion4j.serving.ToyService;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The official client for JavaScript, from npm, unmodified. Skipped where Node.js is absent. */
@Timeout(900)
class OllamaClientTest {
  private static final Path SCRIPTS = Path.of("src", "test", "js", "ollama");

  @Test
  void itDrawsAndLists() throws Exception {
    var programs =
        NodePrograms.install(
            SCRIPTS.resolve("package.json"), "ollama", SCRIPTS.resolve("client.mjs"));
    JsonNode answers;
    try (var server = ToyService.onPort(8, query -> {}, new OllamaModule())) {
      answers =
          JsonMapper.builder()
              .build()
              .readTree(programs.run("client.mjs", "http://127.0.0.1:" + server.port()));
    }
    assertThat(answers.get("models").toString()).isEqualTo("[\"toy:latest\"]");
    assertThat(answers.get("running").toString()).isEqualTo("[\"toy:latest\"]");
    assertThat(answers.get("show").toString()).isEqualTo("[\"image\"]");
    var image = ImageFiles.read(answers.at("/image/image").binaryValue(), 1 << 20);
    assertThat(image.width()).isEqualTo(160);
    JsonNode parts = answers.get("stream");
    assertThat(parts.size()).isGreaterThan(1);
    assertThat(parts.get(0).get("total").intValue()).isPositive();
    assertThat(parts.get(parts.size() - 1).get("done").booleanValue()).isTrue();
    assertThat(parts.get(parts.size() - 1).get("image").binaryValue()).isNotEmpty();
    assertThat(answers.get("embed")).hasSize(2);
    assertThat(answers.get("refused").toString())
        .isEqualTo("{\"error\":\"model: \\\"other\\\" (expected: one of toy)\",\"status\":404}");
  }
}
