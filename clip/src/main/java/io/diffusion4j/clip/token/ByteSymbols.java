package io.diffusion4j.clip.token;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A printable character for each byte, so that vocabulary files are text: bytes that print in
 * Latin-1 stand for themselves, the other 68 are U+0100 onwards in byte order.
 */
final class ByteSymbols {
  private static final int BYTES = 256;

  /** The symbols in the order of a vocabulary: printable bytes first, then the others. */
  static final List<String> ORDER;

  private static final char[] OF_BYTE = new char[BYTES];
  private static final int[] OF_CHAR = new int[2 * BYTES];

  static {
    Arrays.fill(OF_CHAR, -1);
    List<String> printable = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int b = 0; b < BYTES; b++) {
      boolean prints = (b >= '!' && b <= '~') || (b >= 0xa1 && b != 0xad);
      char symbol = (char) (prints ? b : BYTES + others.size());
      (prints ? printable : others).add(String.valueOf(symbol));
      OF_BYTE[b] = symbol;
      OF_CHAR[symbol] = b;
    }
    printable.addAll(others);
    ORDER = List.copyOf(printable);
  }

  private ByteSymbols() {}

  /** Returns the symbols of the text's UTF-8 bytes. */
  static String of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    char[] symbols = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      symbols[i] = OF_BYTE[bytes[i] & 0xff];
    }
    return new String(symbols);
  }

  /** Appends the bytes of symbols; other characters are kept. */
  static void appendBytes(String symbols, ByteArrayOutputStream out) {
    for (int i = 0; i < symbols.length(); i++) {
      char c = symbols.charAt(i);
      if (c < OF_CHAR.length && OF_CHAR[c] >= 0) {
        out.write(OF_CHAR[c]);
      } else {
        out.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
