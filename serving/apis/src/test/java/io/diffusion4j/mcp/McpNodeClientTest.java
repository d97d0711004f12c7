package io.diffusion4j.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.serving.NodePrograms;
import io.diffusion4j.serving.ToyService;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The client of the protocol's SDK for JavaScript, which its inspector uses, from npm, unmodified.
 * Skipped where Node.js is absent.
 */
@Timeout(900)
class McpNodeClientTest {
  private static final Path SCRIPTS = Path.of("src", "test", "js", "mcp");

  @Test
  void itCallsEveryTool() throws Exception {
    var programs =
        NodePrograms.install(
            SCRIPTS.resolve("package.json"),
            "@modelcontextprotocol/sdk",
            SCRIPTS.resolve("client.mjs"));
    JsonNode answers;
    try (var server = ToyService.onPort(8, query -> {}, new McpModule())) {
      answers =
          JsonMapper.builder()
              .build()
              .readTree(programs.run("client.mjs", "http://127.0.0.1:" + server.port() + "/mcp"));
      server.awaitIdle();
    }
    assertThat(answers.get("tools")).hasSize(9);
    assertThat(answers.get("drawn").toString()).isEqualTo("[\"image\",\"resource_link\",\"text\"]");
    assertThat(answers.get("progress").intValue()).isPositive();
    assertThat(answers.get("same").booleanValue()).isTrue();
    assertThat(answers.get("aborted").asText()).isEqualTo("aborted");
    assertThat(answers.get("answers")).hasSize(8);
    assertThat(answers.at("/answers/list_models/text").asText()).contains("toy");
    assertThat(answers.at("/answers/verify/isError").booleanValue()).isFalse();
    assertThat(answers.at("/answers/describe/isError").booleanValue()).isFalse();
  }
}
