package io.diffusion4j.serving;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Endless request bodies use no more memory than the budget for bodies. */
@Timeout(120)
class BodyFloodTest {
  private static final int CLIENTS = 120;
  private static final int BODY_BYTES = 5 << 20;
  private static final int LONGEST_MILLIS = 1000;

  private static byte[] head(String length) {
    String lines =
        """
        POST /diffusion4j/v1/images:generate HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/json\r
        %s\r
        \r
        """;
    return lines.formatted(length).getBytes(US_ASCII);
  }

  /** Sends a body without its end, as much of it as the server accepts. */
  private static void send(Socket socket) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(head("Transfer-Encoding: chunked"));
    byte[] part = new byte[64 << 10];
    byte[] size = (Integer.toHexString(part.length) + "\r\n").getBytes(US_ASCII);
    try {
      for (int sent = 0; sent < BODY_BYTES; sent += part.length) {
        out.write(size);
        out.write(part);
        out.write("\r\n".getBytes(US_ASCII));
      }
    } catch (IOException e) { // refused, as expected
      assertThat(e).hasMessageMatching("(?s).*(Broken pipe|reset|closed).*");
    }
  }

  private static long millisOfHealth(int port) throws InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      long asked = System.nanoTime();
      var answer =
          HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance());
      assertThat(answer.getStatus()).isEqualTo(ServingStatus.SERVING);
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void healthAnswersThroughout() throws Exception {
    try (var server = ToyServer.start(0, 0, "-Xmx96m", ProcessBuilder.Redirect.INHERIT)) {
      millisOfHealth(server.port()); // the first request loads classes
      List<Socket> sockets = new ArrayList<>();
      try {
        for (int i = 0; i < CLIENTS; i++) {
          Socket socket = RawHttp.connect(server.port());
          sockets.add(socket);
          send(socket);
          if (i % 10 == 9) {
            assertThat(millisOfHealth(server.port())).isLessThan(LONGEST_MILLIS);
          }
        }
        assertThat(lastAnswer(sockets))
            .startsWith("HTTP/1.1 503")
            .containsIgnoringCase("retry-after: 1")
            .contains("SERVER_BUSY", "RESOURCE_EXHAUSTED");
      } finally {
        for (Socket socket : sockets) {
          socket.close();
        }
      }
    }
  }

  /** The response to a declared body size that exceeds the remaining budget. */
  private static String lastAnswer(List<Socket> sockets) throws IOException {
    Socket socket = RawHttp.connect(sockets.get(0).getPort());
    sockets.add(socket);
    socket.getOutputStream().write(head("Content-Length: 5000000"));
    return RawHttp.answer(socket);
  }
}
