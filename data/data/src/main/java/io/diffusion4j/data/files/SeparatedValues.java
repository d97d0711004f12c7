package io.diffusion4j.data.files;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tables with commas or tabs between values, which may be quoted (RFC 4180). */
final class SeparatedValues {
  private static final char QUOTE = '"';

  /** A row, which begins at a line of the file. */
  record Row(long line, List<String> values) {}

  private final String text;
  private final char separator;
  private int at;
  private long line = 1;

  private SeparatedValues(String text, char separator) {
    this.text = text;
    this.separator = separator;
  }

  /**
   * Returns all rows, without empty lines.
   *
   * @throws IllegalArgumentException if a quote is not closed
   */
  static List<Row> read(Path file, String text, char separator) {
    var reader = new SeparatedValues(text, separator);
    List<Row> rows = new ArrayList<>();
    while (reader.at < text.length()) {
      Row row = reader.row(file);
      if (row.values.size() > 1 || !row.values.get(0).isEmpty()) {
        rows.add(row);
      }
    }
    return rows;
  }

  private Row row(Path file) {
    long start = line;
    List<String> values = new ArrayList<>();
    while (true) {
      values.add(at < text.length() && text.charAt(at) == QUOTE ? quoted(file) : plain());
      if (at >= text.length() || text.charAt(at) != separator) {
        break;
      }
      at++;
    }
    if (at < text.length() && text.charAt(at) == '\r') {
      at++;
    }
    if (at < text.length()) { // at the line's end
      at++;
      line++;
    }
    return new Row(start, values);
  }

  private String plain() {
    int from = at;
    while (at < text.length()
        && "\r\n".indexOf(text.charAt(at)) < 0
        && text.charAt(at) != separator) {
      at++;
    }
    return text.substring(from, at);
  }

  private String quoted(Path file) {
    long start = line;
    var value = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == QUOTE) {
        at++;
        if (at >= text.length() || text.charAt(at) != QUOTE) {
          return value.append(plain()).toString();
        }
      }
      line += c == '\n' ? 1 : 0;
      value.append(c);
    }
    throw new IllegalArgumentException(
        file + ", line " + start + ": a quote that is not closed (expected: \"…\")");
  }
}
