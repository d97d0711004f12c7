package io.diffusion4j.openinference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.hash.Hashing;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.serving.NodePrograms;
import io.diffusion4j.serving.ToyService;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client in another language that knows the protocol's definition and nothing of this server.
 * Skipped where Node.js is absent.
 */
@Timeout(900)
class ProtocolClientTest {
  private static final Path SCRIPTS = Path.of("src", "test", "js", "openinference");
  private static final Path DEFINITION =
      Path.of("src", "main", "protobuf", "open_inference_grpc.proto");

  @Test
  void itReadsThePixelsOfTheService() throws Exception {
    var programs =
        NodePrograms.install(
            SCRIPTS.resolve("package.json"),
            "@grpc/proto-loader",
            SCRIPTS.resolve("protocol-client.mjs"));
    try (var server = ToyService.onPort(query -> {}, new OpenInferenceModule())) {
      JsonNode answer =
          JsonMapper.builder()
              .build()
              .readTree(
                  new String(
                      programs.run(
                          "protocol-client.mjs",
                          "127.0.0.1:" + server.port(),
                          DEFINITION.toAbsolutePath().toString()),
                      UTF_8));
      byte[] png =
          server
              .client()
              .generate(Requests.textToImage("a dog").addSeeds(7).build())
              .images()
              .get(0)
              .png();
      byte[] pixels = Rgb8.of(ImageFiles.read(png, 1 << 20)).pixels();
      assertThat(answer.get("live").booleanValue()).isTrue();
      assertThat(answer.get("ready").booleanValue()).isTrue();
      assertThat(answer.get("inputs").toString()).contains("\"prompt\"");
      assertThat(answer.get("shape").toString()).isEqualTo("[\"1\",\"160\",\"160\",\"3\"]");
      assertThat(answer.get("sha256").asText())
          .isEqualTo(Hashing.sha256().hashBytes(pixels).toString());
      assertThat(answer.get("refused").asText()).startsWith("3 INVALID_ARGUMENT: inputs");
    }
  }
}
