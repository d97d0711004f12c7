package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import io.grpc.Status.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Input on the wire that no client library sends. */
@Timeout(60)
class WireTest {
  private static final String MODELS = "/diffusion4j/v1/models";
  private static final String GENERATE = "/diffusion4j/v1/images:generate";

  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(CONFIG.withHosts(Set.of("draw.example")), ToyModel.named("toy"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String ask(String request) throws IOException {
    return RawHttp.ask(server.server.port(), request);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example", "evil.example:50051", "localhost.evil.example", "", "[::1"})
  void aRequestForAnotherHostIsRefused(String host) throws IOException {
    assertThat(ask("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(MODELS, host)))
        .startsWith("HTTP/1.1 40")
        .doesNotContain("toy");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "LOCALHOST:1", "127.0.0.1:50051", "[::1]:50051", "Draw.Example"})
  void aRequestForThisHostIsAnswered(String host) throws IOException {
    assertThat(ask("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(MODELS, host)))
        .startsWith("HTTP/1.1 200");
  }

  /**
   * Invalid frames: an unknown flag, an undeclared compression, a truncated frame, several frames,
   * none.
   */
  @ParameterizedTest
  @CsvSource({
    "'5500000000', application/grpc",
    "'0100000003aabbcc', application/grpc",
    "'00000000ff0a', application/grpc",
    "'00ffffffff0a', application/grpc",
    "'0000000003ffffff', application/grpc",
    "'00', application/grpc",
    "'', application/grpc",
    "'0000000000', application/grpc",
    "'00000000000000000000', application/grpc",
    "'', application/grpc-web+proto",
    "'5500000000', application/grpc-web+proto",
    "'0100000003aabbcc', application/grpc-web+proto"
  })
  void aBrokenFrameIsInvalid(String frame, String type) {
    AggregatedHttpResponse answer = call(frame, type, "");
    var trailers = answer.trailers().isEmpty() ? answer.headers() : answer.trailers();
    String all = answer.headers() + answer.contentUtf8() + answer.trailers();
    assertThat(all).as(all).doesNotContain("com.linecorp", "io.grpc", "java.", "Exception");
    if (answer.content().isEmpty()) {
      assertThat(trailers.getInt("grpc-status"))
          .as(all)
          .isIn(Code.INVALID_ARGUMENT.value(), Code.RESOURCE_EXHAUSTED.value());
    } else {
      assertThat(all).containsPattern("grpc-status: ?(3|8)\r\n");
    }
  }

  @Test
  void whatIsNoGzipIsInvalid() {
    AggregatedHttpResponse answer = call("0100000003aabbcc", "application/grpc", "gzip");
    String all = answer.headers() + answer.contentUtf8() + answer.trailers();
    assertThat(all).contains("grpc-status=3").doesNotContain("Exception", "java.", "io.grpc");
  }

  private static AggregatedHttpResponse call(String frame, String type, String encoding) {
    var headers =
        RequestHeaders.builder(HttpMethod.POST, "/diffusion4j.v1.GenerationService/GenerateImages")
            .contentType(MediaType.parse(type))
            .add("te", "trailers");
    if (!encoding.isEmpty()) {
      headers.add("grpc-encoding", encoding);
    }
    return WebClient.of("h2c://127.0.0.1:" + server.server.port())
        .execute(HttpRequest.of(headers.build(), HttpData.wrap(HexFormat.of().parseHex(frame))))
        .aggregate()
        .join();
  }

  @Test
  void theIdOfARequestHasNoCase() {
    String id = UUID.randomUUID().toString();
    var request = request("a").setRequestId(id);
    var images = server.blocking().generateImages(request.build()).getImagesList();
    var again = request.setRequestId(id.toUpperCase(Locale.ROOT)).build();
    assertThat(server.blocking().generateImages(again).getImagesList()).isEqualTo(images);
  }

  /** All bytes until the server closes the connection. */
  private static String all(String request) throws IOException {
    try (Socket socket = RawHttp.connect(server.server.port())) {
      socket.setSoTimeout(1000);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      var read = new ByteArrayOutputStream();
      byte[] part = new byte[4096];
      try {
        for (int n = socket.getInputStream().read(part); n >= 0; ) {
          read.write(part, 0, n);
          n = socket.getInputStream().read(part);
        }
      } catch (SocketTimeoutException | SocketException e) {
        return read.toString(ISO_8859_1);
      }
      return read.toString(ISO_8859_1);
    }
  }

  /** An unfinished quotation, at which the parser of HTTP/1 heads throws. */
  @ParameterizedTest
  @ValueSource(strings = {"TE: \"trailers", "Connection: \"close"})
  void aHeadThatCannotBeReadIsRefused(String header) throws IOException {
    String request = "GET / HTTP/1.1|Host: localhost|" + header + "||";
    assertThat(RawHttp.ask(server.server.port(), request.replace("|", "\r\n")))
        .startsWith("HTTP/1.1 400")
        .contains("a head that cannot be read");
  }

  /**
   * Bytes after the body, by one of two contradictory lengths, are not read as a second request.
   * Lines end in |.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 2|Transfer-Encoding: chunked||0||GET /diffusion4j/v1/models HTTP/1.1|Host:"
            + " localhost||",
        "Transfer-Encoding: chunked||2;a=\"|0||GET /diffusion4j/v1/models HTTP/1.1|Host:"
            + " localhost||",
        "Transfer-Encoding: chunked||2;a|{}|0||GET /diffusion4j/v1/models HTTP/1.1|",
        "Content-Length: 2|Content-Length: 40||{}GET /diffusion4j/v1/models HTTP/1.1|Host:"
            + " localhost||",
        "Transfer-Encoding: xchunked||{}",
      })
  void aBodyOfTwoLengthsHasOneAnswer(String rest) throws IOException {
    String head = "POST %s HTTP/1.1|Host: localhost|Content-Type: application/json|";
    String answers = all((head.formatted(GENERATE) + rest).replace("|", "\r\n"));
    assertThat(Splitter.on("HTTP/1.1 ").splitToList(answers))
        .as(answers)
        .hasSizeLessThanOrEqualTo(2);
    assertThat(answers).as(answers).doesNotContain("\"toy\"");
  }
}
