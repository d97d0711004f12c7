package io.diffusion4j.serving;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** HTTP/2 frame by frame (RFC 9113), for requests that no client library sends. */
public final class RawHttp2 {
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int END_HEADERS = 4;

  private RawHttp2() {}

  /** Begins a connection. */
  public static void begin(DataOutputStream out) throws IOException {
    out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    frame(out, SETTINGS, 0, 0, new byte[0]);
  }

  public static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    head(out, type, flags, stream, payload.length);
    out.write(payload);
  }

  /** Writes a frame up to its payload. */
  public static void head(DataOutputStream out, int type, int flags, int stream, int length)
      throws IOException {
    out.writeByte(length >> 16);
    out.writeShort(length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
  }

  /** The headers of a gRPC call, in the static table of HPACK and literals. */
  public static byte[] headers() {
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
}
