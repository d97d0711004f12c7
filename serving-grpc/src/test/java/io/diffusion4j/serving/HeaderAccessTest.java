package io.diffusion4j.serving;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Unauthorized calls are refused by their headers, before the body arrives and whatever it is. */
@Timeout(30)
class HeaderAccessTest {
  private static final String TOKEN = HashedTokens.newToken();
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    var known = new HashedTokens.Entry(HashedTokens.hash(TOKEN), Instant.MAX, Principal.ANYBODY);
    var tokens = new HashedTokens(List.of(known), InstantSource.system());
    server = new TestServer(TestServer.CONFIG, TestServer.asking(tokens), ToyModel.named("toy"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String ask(String path, String type, String length, String body)
      throws IOException {
    return RawHttp.ask(
        server.server.port(),
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %s\r\n\r\n%s"
            .formatted(path, type, length, body));
  }

  @ParameterizedTest
  @CsvSource({
    "/diffusion4j/v1/images:generate, application/json",
    "/diffusion4j.v1.GenerationService/GenerateImages, application/json",
    "/diffusion4j.v1.EmbeddingService/EmbedImages, application/json",
    "/nowhere, application/octet-stream"
  })
  void aStrangersBodyIsNotWaitedFor(String path, String type) throws IOException {
    assertThat(ask(path, type, "5000000", "{"))
        .startsWith("HTTP/1.1 401")
        .contains("TOKEN_MISSING");
  }

  @ParameterizedTest
  @CsvSource({
    "/diffusion4j.v1.GenerationService/StreamGenerateImages, application/grpc",
    "/diffusion4j.v1.GenerationService/GenerateImages, application/grpc-web",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo, application/grpc"
  })
  void neitherIsThatOfGrpc(String path, String type) throws IOException {
    assertThat(ask(path, type, "5000000", "{")).contains("grpc-status: 16"); // UNAUTHENTICATED
  }

  @ParameterizedTest
  @CsvSource({"'{\"nonsense'", "''", "'\u0000\u0001\u0002'"})
  void aMalformedBodyTellsNothing(String body) throws IOException {
    String length = Integer.toString(body.length());
    String path = "/diffusion4j/v1/images:generate";
    assertThat(ask(path, "application/json", length, body)).startsWith("HTTP/1.1 401");
  }

  /** Such requests are not authenticated here, so their bodies would be a stranger's. */
  @ParameterizedTest
  @CsvSource({
    "GET, Content-Length: 5990010",
    "GET, Transfer-Encoding: chunked",
    "OPTIONS, Content-Length: 5990010"
  })
  void aBodyWhereNoneBelongsIsRefused(String method, String length) throws IOException {
    String head = "%s /diffusion4j/v1/models HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n";
    String body = "a\r\n0123456789\r\n";
    try (Socket socket = RawHttp.connect(server.server.port())) {
      socket.getOutputStream().write((head.formatted(method, length) + body).getBytes(US_ASCII));
      assertThat(RawHttp.answer(socket))
          .startsWith("HTTP/1.1 400")
          .contains("body: one in " + method + " (expected: none)");
      assertThat(socket.getInputStream().read()).as("the connection is closed").isEqualTo(-1);
    }
    assertThat(server.server.bodyBytes()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aGetWithoutABodyIsServed(HttpClient.Version version) throws Exception {
    var client = HttpClient.newBuilder().version(version).build(); // version 2 by an upgrade
    var models =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.server.port() + "/diffusion4j/v1/models"))
            .header("authorization", "Bearer " + TOKEN)
            .build();
    for (int i = 0; i < 2; i++) {
      assertThat(client.send(models, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void healthIsForEverybody() throws IOException {
    assertThat(ask("/grpc.health.v1.Health/Check", "application/json", "2", "{}"))
        .startsWith("HTTP/1.1 200")
        .contains("SERVING");
  }
}
