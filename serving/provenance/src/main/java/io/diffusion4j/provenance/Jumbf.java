package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Boxes of JUMBF (ISO 19566-5). */
final class Jumbf {
  /** The rest of the UUID of a content type, after its four letters. */
  private static final byte[] UUID_END = HexFormat.of().parseHex("00110010800000aa00389b71");

  /** The box can be referenced, and has a label. */
  private static final int TOGGLES = 0x03;

  private static final int HEADER = 8;

  private Jumbf() {}

  /**
   * Returns a superbox.
   *
   * @param type the four letters of its content type
   * @param content its boxes
   */
  static byte[] superbox(String type, String label, byte[]... content) {
    var description = new ByteArrayOutputStream();
    description.writeBytes(type.getBytes(UTF_8));
    description.writeBytes(UUID_END);
    description.write(TOGGLES);
    description.writeBytes(label.getBytes(UTF_8));
    description.write(0);
    var boxes = new ByteArrayOutputStream();
    boxes.writeBytes(box("jumd", description.toByteArray()));
    for (byte[] box : content) {
      boxes.writeBytes(box);
    }
    return box("jumb", boxes.toByteArray());
  }

  /** Returns a superbox of one CBOR value. */
  static byte[] cbor(String type, String label, Object value) {
    return superbox(type, label, box("cbor", Cbor.encode(value)));
  }

  /** Returns the bytes that the hash of a superbox covers: all except its header. */
  static byte[] hashed(byte[] superbox) {
    return Arrays.copyOfRange(superbox, HEADER, superbox.length);
  }

  private static byte[] box(String type, byte[] content) {
    return ByteBuffer.allocate(HEADER + content.length)
        .putInt(HEADER + content.length)
        .put(type.getBytes(UTF_8))
        .put(content)
        .array();
  }
}
