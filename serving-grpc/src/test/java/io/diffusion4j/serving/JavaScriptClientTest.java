package io.diffusion4j.serving;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client of {@code docs/clients}, which uses the published contract alone, with gRPC's packages
 * from npm. Skipped where Node.js is absent.
 */
@Timeout(900)
class JavaScriptClientTest {
  /** The path, relative to the working folder of the client. */
  private static final Path CONTRACT =
      Path.of("..", "serving", "serving-proto", "src", "main", "protobuf");

  @Test
  void itGetsTheSameFileAsOurs(@TempDir Path folder) throws Exception {
    var programs =
        NodePrograms.install(
            Path.of("src", "test", "js", "package.json"),
            "google-proto-files",
            Path.of("..", "docs", "clients", "generate.mjs"));
    Path file = folder.resolve("apple.png");
    try (var server = ToyService.onPort(query -> {})) {
      String said =
          new String(
              programs
                  .with("DIFFUSION4J_PROTO", CONTRACT.toAbsolutePath().normalize())
                  .run(
                      "generate.mjs",
                      "127.0.0.1:" + server.port(),
                      "7",
                      file.toString(),
                      "a",
                      "red",
                      "apple"),
              UTF_8);
      byte[] ours =
          server
              .client()
              .generate(TestServer.request("a red apple").addSeeds(7).build())
              .images()
              .get(0)
              .png();
      assertThat(Files.readAllBytes(file)).isEqualTo(ours);
      assertThat(said)
          .contains("decoder 4/4")
          .endsWith("seed 7, SHA-256 " + Hashing.sha256().hashBytes(ours) + "\n");
    }
  }
}
