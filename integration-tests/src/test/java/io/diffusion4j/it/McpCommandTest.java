package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.cli.Main;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code mcp}, started by the official client of the protocol over its streams. */
@Timeout(300)
@ExtendWith(TinyPipeline.Resolver.class)
class McpCommandTest {
  private final Path model;

  McpCommandTest(TinyPipeline tiny) {
    model = tiny.folder().toAbsolutePath();
  }

  @Test
  void anAgentDrawsAndVerifiesAFileOfTheMachine(@TempDir Path folder) throws Exception {
    Path config = folder.resolve("server.yaml");
    Files.writeString(config, "models: [{path: %s, name: tiny, precision: bf16}]".formatted(model));
    var server =
        ServerParameters.builder(Path.of(System.getProperty("java.home"), "bin", "java").toString())
            .args(
                List.of(
                    "-Xmx512m",
                    "-cp",
                    PluginJars.classPath(),
                    Main.class.getName(),
                    "mcp",
                    "--config",
                    config.toString()))
            .build();
    var json = new JacksonMcpJsonMapper(JsonMapper.builder().build());
    try (var client =
        McpClient.sync(new StdioClientTransport(server, json))
            .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(""))
            .initializationTimeout(Duration.ofMinutes(2))
            .requestTimeout(Duration.ofMinutes(2))
            .build()) {
      client.initialize();
      assertThat(client.listTools().tools()).hasSize(9);
      var drawn =
          client.callTool(
              CallToolRequest.builder("generate").arguments(Map.of("prompt", "a dog")).build());
      assertThat(drawn.content().get(0)).isInstanceOf(ImageContent.class);
      byte[] png = Base64.getDecoder().decode(((ImageContent) drawn.content().get(0)).data());
      assertThat(ImageFiles.read(png, 1 << 20).width()).isEqualTo(TinyPipeline.IMAGE_SIZE);
      Path file = Files.write(folder.resolve("a.png"), png);
      var verified =
          client.callTool(
              CallToolRequest.builder("verify")
                  .arguments(Map.of("image", file.toUri().toString()))
                  .build());
      assertThat(((TextContent) verified.content().get(0)).text()).startsWith("unknown");
    }
  }
}
