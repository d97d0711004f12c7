package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.argument.Check;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Encodes values as CBOR (RFC 8949) with lengths in front and the shortest heads: {@link Long},
 * {@link Integer}, {@link String}, {@code byte[]}, {@link List}, {@link Map} in its order, {@link
 * Tagged}, and an empty {@link Optional} for null.
 */
final class Cbor {
  private static final int UNSIGNED = 0;
  private static final int NEGATIVE = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;
  private static final int MAP = 5;
  private static final int TAG = 6;
  private static final int NULL = 0xf6;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Cbor() {}

  /** A value with a tag. */
  record Tagged(long tag, Object value) {}

  static byte[] encode(Object value) {
    var cbor = new Cbor();
    cbor.write(value);
    return cbor.out.toByteArray();
  }

  private void write(Object value) {
    if (value instanceof Number number) {
      long whole = number.longValue();
      head(whole < 0 ? NEGATIVE : UNSIGNED, whole < 0 ? -1 - whole : whole);
    } else if (value instanceof String text) {
      bytes(TEXT, text.getBytes(UTF_8));
    } else if (value instanceof byte[] bytes) {
      bytes(BYTES, bytes);
    } else if (value instanceof List<?> list) {
      head(ARRAY, list.size());
      list.forEach(this::write);
    } else if (value instanceof Map<?, ?> map) {
      head(MAP, map.size());
      map.forEach(
          (key, of) -> {
            write(key);
            write(of);
          });
    } else if (value instanceof Tagged tagged) {
      head(TAG, tagged.tag());
      write(tagged.value());
    } else if (value.equals(Optional.empty())) {
      out.write(NULL);
    } else {
      throw Check.refusal("value", value.getClass(), "a type with a form in CBOR");
    }
  }

  private void bytes(int type, byte[] content) {
    head(type, content.length);
    out.writeBytes(content);
  }

  /** Writes a type and its argument in the shortest form. */
  private void head(int type, long argument) {
    int first = type << 5;
    if (argument < 24) {
      out.write(first | (int) argument);
      return;
    }
    int power = argument < 1L << 8 ? 0 : argument < 1L << 16 ? 1 : argument < 1L << 32 ? 2 : 3;
    out.write(first | 24 + power);
    for (int shift = (8 << power) - 8; shift >= 0; shift -= 8) {
      out.write((int) (argument >> shift));
    }
  }
}
