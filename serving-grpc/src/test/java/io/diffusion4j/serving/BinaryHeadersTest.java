package io.diffusion4j.serving;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request with a header that gRPC cannot decode gets a response, on every path. */
@Tag("slow")
@Timeout(30)
class BinaryHeadersTest {
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(ToyModel.named("toy"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String ask(String path, String type, String header) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
      socket.setSoTimeout(10_000);
      String request =
          "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: %s\r\n%s\r\nContent-Length: 2\r\n\r\n{}"
              .formatted(path, type, header);
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/diffusion4j/v1/images:generate, application/json, x-bin: !!!",
    "/diffusion4j.v1.ModelService/GetModel, application/json, X-Trace-Bin: a*b",
    "/grpc.health.v1.Health/Check, application/json, 'x-bin: AAA=,!!!'",
    "/grpc.health.v1.Health/Check, application/json, 'x-bin: AAA, AAA'",
    "/nowhere, text/plain, grpc-trace-bin: =="
  })
  void isRefused(String path, String type, String header) throws IOException {
    assertThat(ask(path, type, header))
        .startsWith("HTTP/1.1 400")
        .contains("-bin: no Base64", "MALFORMED_REQUEST");
  }

  @ParameterizedTest
  @CsvSource({"x-bin: AAAA", "'x-bin: AAA,AA=='", "x-bin:"})
  void thatIsBase64IsNot(String header) throws IOException {
    String answer = ask("/diffusion4j/v1/images:generate", "application/json", header);
    assertThat(answer).doesNotContain("Base64").contains("task: none");
  }
}
