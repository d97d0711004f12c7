package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One connection opens more streams than the server announced as its maximum (HTTP/2, §5.1.2). */
@Timeout(120)
class ManyStreamsTest {
  private static final int STREAMS = 20_000;
  private static final int MAX = 1000;

  /** The end of a connection: the number of refused streams, and whether it was closed. */
  private record End(int refused, boolean closed) {}

  private static End read(Socket socket) {
    int refused = 0;
    try {
      var in = new DataInputStream(socket.getInputStream());
      while (refused < STREAMS - MAX) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.skipNBytes(5 + length);
        if (type == RawHttp2.RST_STREAM) {
          refused++;
        }
      }
      return new End(refused, false);
    } catch (IOException e) {
      return new End(refused, true);
    }
  }

  @Test
  void areRefusedAndOthersAreServed() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy"));
        var socket = RawHttp.connect(server.server.port())) {
      var end = CompletableFuture.supplyAsync(() -> read(socket));
      var out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
      RawHttp2.begin(out);
      byte[] headers = RawHttp2.headers(); // their bodies never come
      try {
        for (int i = 0; i < STREAMS; i++) {
          RawHttp2.frame(out, RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, headers);
        }
        out.flush();
      } catch (IOException e) {
        assertThat(e).hasMessageMatching("(?s).*(Broken pipe|reset|closed).*");
      }
      End how = end.get(60, TimeUnit.SECONDS);
      assertThat(how.refused() >= STREAMS - MAX || how.closed()).as("%s", how).isTrue();
      assertThat(server.blocking().generateImages(request("x").build()).getImagesCount())
          .isEqualTo(1);
    }
  }
}
