package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Floods of HTTP/2 frames that cost their sender little: the server serves others meanwhile, and
 * closes a connection whose frames would take memory or work without end.
 */
@Timeout(60)
class FrameFloodsTest {
  private static final int FRAMES = 50_000;

  /** 50 MB of them, far beyond what the buffers of two sockets hold. */
  private static final int MAX_PINGS = 3_000_000;

  /** The time without a frame of the server after which the connection counts as open. */
  private static final int PATIENCE_MILLIS = 1000;

  @SuppressWarnings("NullAway.Init") // before all
  private static TestServer server;

  /** Writes frame number {@code i} of a flood. */
  @FunctionalInterface
  private interface Flood {
    void write(DataOutputStream out, int i) throws IOException;
  }

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(ToyModel.named("toy"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void headersWithoutAnEnd() throws Exception {
    byte[] more = new byte[1024];
    assertClosed(
        (out, i) ->
            RawHttp2.frame(
                out,
                i == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
                0,
                1,
                i == 0 ? RawHttp2.headers() : more));
  }

  /** They take no memory; Netty ends the connection after a few (CVE-2026-33871). */
  @Test
  void emptyContinuationsOfHeaders() throws Exception {
    assertClosed(
        (out, i) ->
            RawHttp2.frame(
                out,
                i == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
                0,
                1,
                i == 0 ? RawHttp2.headers() : new byte[0]));
  }

  @Test
  void streamsThatAreResetAtOnce() throws Exception {
    byte[] cancel = {0, 0, 0, 8};
    assertClosed(
        (out, i) -> {
          int stream = 2 * i + 1;
          RawHttp2.frame(out, RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.headers());
          RawHttp2.frame(out, RawHttp2.RST_STREAM, 0, stream, cancel);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {RawHttp2.SETTINGS, RawHttp2.PING})
  void framesWhoseAcknowledgementsNobodyReads(int type) throws Exception {
    byte[] payload = new byte[type == RawHttp2.PING ? 8 : 0];
    var unused = flooded((out, i) -> RawHttp2.frame(out, type, 0, 0, payload));
  }

  /** The server stops reading them, and gives the connection up when it was idle for long. */
  @Test
  void pingsWithoutEndWhoseAnswersNobodyReads() throws Exception {
    try (var impatient =
        new TestServer(
            TestServer.CONFIG.withReceive(Duration.ofSeconds(1)), ToyModel.named("toy"))) {
      var frames = new ByteArrayOutputStream();
      try (var out = new DataOutputStream(frames)) {
        for (int i = 0; i < 1000; i++) {
          RawHttp2.frame(out, RawHttp2.PING, 0, 0, new byte[8]);
        }
      }
      byte[] many = frames.toByteArray();
      int sent = 0;
      try (Socket socket = RawHttp.connect(impatient.server.port())) {
        var out = new DataOutputStream(socket.getOutputStream());
        RawHttp2.begin(out);
        int end = RawHttp2.END_HEADERS | RawHttp2.END_STREAM;
        RawHttp2.frame(out, RawHttp2.HEADERS, end, 1, RawHttp2.headers());
        while (sent < MAX_PINGS) {
          out.write(many);
          sent += 1000;
        }
      } catch (IOException e) {
        assertThat(e).hasMessageMatching(".*(reset|Broken pipe|closed).*"); // by the server
      }
      assertThat(sent).as("pings that were read").isLessThan(MAX_PINGS);
    }
  }

  private static void assertClosed(Flood flood) throws Exception {
    assertThat(flooded(flood)).as("the connection is closed").isTrue();
  }

  /** Floods a connection while others are served, and returns whether the server closed it. */
  private static boolean flooded(Flood flood) throws Exception {
    boolean ended;
    try (Socket socket = RawHttp.connect(server.server.port())) {
      var closed = CompletableFuture.supplyAsync(() -> isClosed(socket, flood));
      var health = HealthGrpc.newBlockingStub(server.channel);
      do {
        assertThat(
                health
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus())
            .isEqualTo(ServingStatus.SERVING);
      } while (!closed.isDone());
      ended = closed.get();
    }
    assertThat(server.blocking().generateImages(request("x").build()).getImagesCount())
        .isEqualTo(1);
    return ended;
  }

  private static boolean isClosed(Socket socket, Flood flood) {
    try {
      socket.setSoTimeout(PATIENCE_MILLIS);
      var out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
      RawHttp2.begin(out);
      for (int i = 0; i < FRAMES; i++) {
        flood.write(out, i);
      }
      out.flush();
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) { // reset
      return true;
    }
  }
}
