package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.Status;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that arrives slowly and never ends is cut off. */
@Tag("slow")
@Timeout(60)
class SlowRequestsTest {
  private static final Duration LONGEST = Duration.ofMillis(500);
  private static final ServerConfig IMPATIENT = CONFIG.withReceive(LONGEST);

  private static final String MESSAGE =
      "request: incomplete after 0.5 s (expected: complete by then)";

  /** Sends single bytes until the server closes the connection, and returns its response. */
  private static String trickle(TestServer server, String headers) throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
      OutputStream out = socket.getOutputStream();
      out.write((headers + "\r\n\r\n").getBytes(US_ASCII));
      var answer = new CompletableFuture<String>();
      Thread reader =
          new Thread(
              () -> {
                try {
                  answer.complete(untilClosed(socket.getInputStream()));
                } catch (IOException | RuntimeException | Error e) {
                  answer.completeExceptionally(e);
                }
              });
      reader.start();
      try {
        while (!answer.isDone()) {
          out.write(' ');
          TimeUnit.MILLISECONDS.sleep(50);
        }
      } catch (IOException e) { // closed; the earlier response has arrived
        assertClosed(e);
      }
      return answer.get(20, TimeUnit.SECONDS);
    }
  }

  /** The bytes until the connection is closed, or reset because of a byte after its close. */
  private static String untilClosed(InputStream in) throws IOException {
    var said = new ByteArrayOutputStream();
    byte[] part = new byte[4096];
    try {
      for (int n = in.read(part); n >= 0; n = in.read(part)) {
        said.write(part, 0, n);
      }
    } catch (SocketException e) {
      assertClosed(e);
    }
    return said.toString(US_ASCII);
  }

  private static void assertClosed(IOException e) {
    assertThat(e).hasMessageMatching("(?s).*(Broken pipe|reset|closed).*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/diffusion4j/v1/images:generate", "/diffusion4j.v1.ModelService/GetModel"})
  void oneInJsonIsRefusedAndItsConnectionClosed(String path) throws Exception {
    try (var server = new TestServer(IMPATIENT, ToyModel.named("toy"))) {
      String answer =
          trickle(
              server,
              "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999"
                  .formatted(path));
      assertThat(answer)
          .startsWith("HTTP/1.1 408 Request Timeout\r\n")
          .contains(MESSAGE, "REQUEST_TOO_SLOW", "\"status\":\"DEADLINE_EXCEEDED\"");
    }
  }

  private static Stream<MethodDescriptor<?, ?>> methods() {
    return Stream.of(
        GenerationServiceGrpc.getGenerateImagesMethod(),
        GenerationServiceGrpc.getStreamGenerateImagesMethod(),
        ServerReflectionGrpc.getServerReflectionInfoMethod());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void oneOfGrpcEndsWithAStatus(MethodDescriptor<?, ?> method) throws Exception {
    try (var server = new TestServer(IMPATIENT, ToyModel.named("toy"))) {
      var call =
          HttpRequest.streaming(
              RequestHeaders.builder(HttpMethod.POST, "/" + method.getFullMethodName())
                  .contentType(MediaType.parse("application/grpc"))
                  .add("te", "trailers")
                  .build());
      CompletableFuture<AggregatedHttpResponse> response =
          WebClient.of("h2c://127.0.0.1:" + server.server.port()).execute(call).aggregate();
      call.write(HttpData.wrap(new byte[] {0, 0, 0, 39, 15})); // the number of bytes to come
      while (!response.isDone() && call.tryWrite(HttpData.wrap(new byte[] {10}))) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
      AggregatedHttpResponse answer = response.get(20, TimeUnit.SECONDS);
      var trailers = answer.trailers().isEmpty() ? answer.headers() : answer.trailers();
      assertThat(trailers.getInt("grpc-status")).isEqualTo(Code.DEADLINE_EXCEEDED.value());
      assertThat(trailers.get("grpc-message")).isEqualTo(MESSAGE);
      Status status =
          Status.parseFrom(Base64.getDecoder().decode(trailers.get("grpc-status-details-bin")));
      assertThat(status.toString()).contains("REQUEST_TOO_SLOW");
      server.awaitUnfinished(0);
      assertThat(server.blocking().generateImages(request("x").build()).getImagesCount())
          .isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "POST /diffusion4j/v1/images:generate HTTP/1.1\r\nHost: localhost\r\nA: b"})
  void aConnectionWithoutARequestIsClosed(String begun) throws Exception {
    try (var server = new TestServer(IMPATIENT, ToyModel.named("toy"));
        var socket = RawHttp.connect(server.server.port())) {
      socket.getOutputStream().write(begun.getBytes(US_ASCII));
      assertThat(untilClosed(socket.getInputStream())).isEmpty();
    }
  }

  @Test
  void headersThatTrickleInAfterAnotherRequestEndWithTheIdleTime() throws Exception {
    try (var server = new TestServer(IMPATIENT, ToyModel.named("toy"));
        var socket = RawHttp.connect(server.server.port())) {
      OutputStream out = socket.getOutputStream();
      String good = "GET /diffusion4j/v1/models HTTP/1.1\r\nHost: localhost\r\n";
      out.write((good + "\r\n").getBytes(US_ASCII));
      assertThat(RawHttp.answer(socket)).startsWith("HTTP/1.1 200");
      out.write(good.getBytes(US_ASCII));
      long end = System.nanoTime() + 20 * LONGEST.toNanos();
      assertThatThrownBy(
              () -> {
                while (System.nanoTime() < end) {
                  out.write('A');
                  TimeUnit.MILLISECONDS.sleep(50);
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  /**
   * Pings keep a connection open, but are not allowed between the frames of a header block (RFC
   * 9113, §6.10).
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void soDoHeadersInFrames(boolean continued) throws Exception {
    try (var server = new TestServer(IMPATIENT, ToyModel.named("toy"));
        var socket = RawHttp.connect(server.server.port())) {
      var out = new DataOutputStream(socket.getOutputStream());
      RawHttp2.begin(out);
      byte[] headers = RawHttp2.headers();
      int all = RawHttp2.END_HEADERS | RawHttp2.END_STREAM;
      RawHttp2.frame(out, RawHttp2.HEADERS, all, 1, headers);
      RawHttp2.frame(out, RawHttp2.PING, 0, 0, new byte[8]);
      if (continued) {
        RawHttp2.frame(out, RawHttp2.HEADERS, 0, 3, headers);
      } else {
        RawHttp2.head(out, RawHttp2.HEADERS, all, 3, 1000);
      }
      var closed = new CompletableFuture<String>();
      new Thread(
              () -> {
                try {
                  closed.complete(untilClosed(socket.getInputStream()));
                } catch (IOException | RuntimeException | Error e) {
                  closed.completeExceptionally(e);
                }
              })
          .start();
      long end = System.nanoTime() + 20 * LONGEST.toNanos();
      while (!closed.isDone() && System.nanoTime() < end) {
        try {
          if (continued) {
            RawHttp2.frame(out, RawHttp2.CONTINUATION, 0, 3, new byte[] {(byte) 0x83});
          } else {
            out.write(headers[0]);
          }
        } catch (IOException e) {
          assertClosed(e);
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
      assertThat(closed).isCompleted();
    }
  }

  @Test
  void oneThatHasArrivedMayTakeItsTime() throws Exception {
    var gate = new Gate();
    try (var server = new TestServer(IMPATIENT, ToyModel.named("toy", gate::accept))) {
      Call call = Call.start(server.channel, request("x"));
      gate.awaitCall();
      TimeUnit.NANOSECONDS.sleep(2 * LONGEST.toNanos());
      gate.open();
      assertThat(call.end().isOk()).isTrue();
    }
  }
}
