package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The positions of a tar file's members (POSIX.1-1988 ustar, POSIX.1-2001 pax, and the long names
 * of GNU). Only headers are read.
 */
final class TarIndex {
  private static final int BLOCK = 512;
  private static final int GZIP = 0x1f8b;

  /** The longest names and pax records that are read. */
  private static final int LONGEST = 1 << 20;

  /** A file in a tar file. */
  record Member(String name, long offset, long size) {
    Bytes in(Unchanged tar) {
      return tar.part(offset, size);
    }
  }

  private final String place;
  private final FileChannel file;
  private final ByteBuffer header = ByteBuffer.allocate(BLOCK);
  private long at;

  private TarIndex(String place, FileChannel file) {
    this.place = place;
    this.file = file;
  }

  /**
   * Returns the files of a tar file, in their order.
   *
   * @param setting the name of the setting that the path is the value of, for messages
   * @throws IllegalArgumentException if it is none, or is cut off
   */
  static List<Member> read(String setting, Path tar) throws IOException {
    try (var file = FileChannel.open(tar)) {
      return new TarIndex(setting + ": " + tar, file).members();
    }
  }

  private List<Member> members() throws IOException {
    List<Member> members = new ArrayList<>();
    Map<String, String> pax = new HashMap<>(); // of the next member
    while (readHeader()) {
      char type = (char) header.get(156);
      String name = pax.getOrDefault("path", name());
      long size = pax.containsKey("size") ? number(pax.get("size"), name) : size(name);
      long data = at + BLOCK;
      if (size < 0 || size > file.size() - data) {
        throw wrong(
            "%s claims %d bytes and the file ends after %d"
                .formatted(name, size, file.size() - data),
            "a whole tar file");
      }
      switch (type) {
        case 'x' -> readPax(bytes(data, size, name), pax);
        case 'L' -> pax.put("path", text(bytes(data, size, name), 0, (int) size));
        case '0', '\0', '7' -> {
          if (size > Integer.MAX_VALUE - 8) {
            throw wrong(name + " has " + size + " bytes", "less than 2 GiB");
          }
          members.add(new Member(name, data, size));
          pax.clear();
        }
        default -> {
          if (type != 'g' && type != 'K') { // folders and links
            pax.clear();
          }
        }
      }
      at = data + (size + BLOCK - 1) / BLOCK * BLOCK;
    }
    return members;
  }

  /** Reads the header at the position, and returns false at the zeros at the end. */
  private boolean readHeader() throws IOException {
    header.clear();
    while (header.hasRemaining() && file.read(header, at + header.position()) >= 0) {}
    int there = header.position();
    if (there >= 2 && at == 0 && (header.getShort(0) & 0xffff) == GZIP) {
      throw wrong("compressed", "a plain tar file, which can be read at any place: gunzip it");
    }
    if (there == 0 && at > 0) {
      throw wrong(
          "ends at byte " + at + " after a member", "a whole tar file, with zeros at its end");
    }
    if (there < BLOCK) {
      throw wrong("a header is cut off at byte " + at, "a whole tar file");
    }
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header.get(i) & 0xff;
    }
    if (sum == 8 * ' ') {
      return false; // zeros
    }
    if (octal(148, 8) != sum) {
      throw wrong("no header at byte " + at, "a tar file");
    }
    return true;
  }

  private String name() {
    String name = text(header.array(), 0, 100);
    boolean hasPrefix = text(header.array(), 257, 5).equals("ustar") && header.get(345) != 0;
    return hasPrefix ? text(header.array(), 345, 155) + "/" + name : name;
  }

  /** Reads a number in octal digits, or in binary if the first bit is set. */
  private long size(String name) {
    if (header.get(124) >= 0) {
      return octal(124, 12);
    }
    for (int i = 125; i < 128; i++) {
      if (header.get(i) != 0) {
        throw wrong(name + " claims more than 2^63 bytes", "a whole tar file");
      }
    }
    long size = header.getLong(128);
    if ((header.get(124) & 0x7f) != 0 || size < 0) {
      throw wrong(name + " claims more than 2^63 bytes", "a whole tar file");
    }
    return size;
  }

  private long octal(int from, int length) {
    String digits = text(header.array(), from, length).strip();
    try {
      return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    } catch (NumberFormatException e) {
      throw wrong("no header at byte " + at, "a tar file");
    }
  }

  private long number(String digits, String name) {
    try {
      long number = Long.parseLong(digits);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw wrong(name + " claims " + digits + " bytes", "a whole tar file");
  }

  /** Returns a text that ends at the first zero, if any. */
  private static String text(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, UTF_8);
  }

  private byte[] bytes(long data, long size, String name) throws IOException {
    if (size > LONGEST) {
      throw wrong(name + " has a name of " + size + " bytes", "at most " + LONGEST);
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    while (bytes.hasRemaining() && file.read(bytes, data + bytes.position()) >= 0) {}
    return bytes.array();
  }

  /** Records of {@code LENGTH KEY=VALUE\n}, where the length counts the whole record, in bytes. */
  private void readPax(byte[] records, Map<String, String> pax) {
    for (int from = 0; from < records.length; ) {
      int space = from;
      while (space < records.length && records[space] != ' ') {
        space++;
      }
      long length = number(new String(records, from, space - from, UTF_8), "a pax record");
      if (length < space - from + 3 || length > records.length - from) {
        throw wrong("a pax record of " + length + " bytes", "one that fits its header");
      }
      String record = new String(records, space + 1, (int) length - (space + 2 - from), UTF_8);
      int equals = record.indexOf('=');
      pax.put(record.substring(0, Math.max(0, equals)), record.substring(equals + 1));
      from += (int) length;
    }
  }

  private IllegalArgumentException wrong(String what, String expected) {
    return new IllegalArgumentException(place + ", " + what + " (expected: " + expected + ")");
  }
}
