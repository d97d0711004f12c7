package io.diffusion4j.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * The CRC-32C of a safetensors file, which is part of its metadata. It covers all bytes, header
 * included, with zeros in place of the checksum itself. Not thread-safe.
 */
final class Checksum {
  /** The metadata key. */
  static final String NOTE = "diffusion4j.crc32c";

  /** The placeholder while the checksum is computed. */
  static final String NONE = "00000000";

  private static final String BEFORE = "\"" + NOTE + "\":\"";

  private final CRC32C sum = new CRC32C();

  /** Adds the bytes from position to limit, without changing the position. */
  void add(ByteBuffer bytes) {
    sum.update(bytes.duplicate());
  }

  /** Adds a header that already contains the checksum. */
  void addHeader(ByteBuffer header) {
    byte[] bytes = new byte[header.remaining()];
    header.duplicate().get(bytes);
    position(header)
        .ifPresent(at -> System.arraycopy(ascii(NONE), 0, bytes, (int) at, NONE.length()));
    sum.update(bytes);
  }

  /** Returns the checksum's offset in a header; empty without a checksum. */
  static OptionalLong position(ByteBuffer header) {
    // In Latin-1 each byte is a character. Quotes within strings are escaped, so a match is the
    // metadata entry.
    int before = StandardCharsets.ISO_8859_1.decode(header.duplicate()).toString().indexOf(BEFORE);
    int at = before + BEFORE.length();
    return before < 0 || at + NONE.length() > header.remaining()
        ? OptionalLong.empty()
        : OptionalLong.of(at);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the checksum of the added bytes: eight hexadecimal digits. */
  String value() {
    return String.format(Locale.ROOT, "%08x", sum.getValue());
  }
}
