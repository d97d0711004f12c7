package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Writes tar files, right ones and wrong ones. */
final class TarWriter {
  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TarWriter file(String name, byte[] content) {
    return member(name, '0', octal(content.length, 12), content);
  }

  /** A file whose name and size are in a pax header. */
  TarWriter pax(String name, byte[] content) {
    byte[] records = record("path", name).getBytes(UTF_8);
    return member("PaxHeaders/x", 'x', octal(records.length, 12), records)
        .member("short", '0', octal(content.length, 12), content);
  }

  /** A file with a long name, as GNU tar writes it. */
  TarWriter gnu(String name, byte[] content) {
    byte[] bytes = (name + '\0').getBytes(UTF_8);
    return member("././@LongLink", 'L', octal(bytes.length, 12), bytes)
        .member("short", '0', octal(content.length, 12), content);
  }

  TarWriter member(String name, char type, byte[] size, byte[] content) {
    byte[] header = new byte[BLOCK];
    put(header, 0, name.getBytes(UTF_8));
    put(header, 124, size);
    header[156] = (byte) type;
    put(header, 257, "ustar\00000".getBytes(UTF_8));
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, octal(sum, 7));
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    return this;
  }

  byte[] end() {
    out.writeBytes(new byte[2 * BLOCK]);
    return out.toByteArray();
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  static byte[] octal(long number, int length) {
    return ("%0" + (length - 1) + "o\0").formatted(number).getBytes(UTF_8);
  }

  private static String record(String key, String value) {
    int bytes = (" " + key + "=" + value + "\n").getBytes(UTF_8).length;
    int length = bytes + 1;
    while (Integer.toString(length).length() + bytes != length) {
      length++;
    }
    return length + " " + key + "=" + value + "\n";
  }

  private static void put(byte[] header, int at, byte[] bytes) {
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
