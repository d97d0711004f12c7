package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.request;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One connection opens more streams than a server takes, whatever it was told (HTTP/2, §5.1.2). */
@Timeout(120)
class ManyStreamsTest {
  private static final int STREAMS = 20_000;
  private static final int MOST = 1000;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int END_HEADERS = 4;

  /** How a connection ended: how many streams were refused, and whether it was closed. */
  private record End(int refused, boolean closed) {}

  /** A request whose body never comes, in the static table of HPACK and literals. */
  private static byte[] headers() {
    var block = new ByteArrayOutputStream();
    block.write(0x83); // POST
    block.write(0x86); // http
    literal(block, 4, "/diffusion4j.v1.GenerationService/GenerateImages");
    literal(block, 1, "localhost");
    literal(block, 31 - 16, "application/grpc"); // content-type is 31: a prefix of four bits
    return block.toByteArray();
  }

  private static void literal(ByteArrayOutputStream block, int name, String value) {
    if (name == 15) {
      block.write(0x0f);
      block.write(31 - 15);
    } else {
      block.write(name);
    }
    block.write(value.length());
    block.writeBytes(value.getBytes(US_ASCII));
  }

  private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  private static End read(Socket socket) {
    int refused = 0;
    try {
      var in = new DataInputStream(socket.getInputStream());
      while (refused < STREAMS - MOST) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.skipNBytes(5 + length);
        if (type == RST_STREAM) {
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
      out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      frame(out, SETTINGS, 0, 0, new byte[0]);
      byte[] headers = headers();
      try {
        for (int i = 0; i < STREAMS; i++) {
          frame(out, HEADERS, END_HEADERS, 2 * i + 1, headers);
        }
        out.flush();
      } catch (IOException e) {
        assertThat(e).hasMessageMatching("(?s).*(Broken pipe|reset|closed).*");
      }
      End how = end.get(60, TimeUnit.SECONDS);
      assertThat(how.refused() >= STREAMS - MOST || how.closed()).as("%s", how).isTrue();
      assertThat(server.blocking().generateImages(request("x").build()).getImagesCount())
          .isEqualTo(1);
    }
  }
}
