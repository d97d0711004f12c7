package io.diffusion4j.emoji.art;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Tab-separated tables among the jar's resources, in UTF-8 with one line of column names. */
public final class TsvResources {
  private TsvResources() {}

  /**
   * Reads the rows of a table beside a class, without the column names.
   *
   * @throws IllegalStateException if there is no such table or a row has another number of columns
   */
  public static List<List<String>> read(Class<?> beside, String name, int columns) {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "resource: " + name + " (expected: in the jar, beside " + beside.getName() + ")");
      }
      List<List<String>> rows =
          new String(in.readAllBytes(), UTF_8)
              .lines()
              .skip(1)
              .map(line -> List.of(line.split("\t", -1)))
              .toList();
      for (List<String> row : rows) {
        if (row.size() != columns) {
          throw new IllegalStateException(
              name + ": " + row + " (expected: " + columns + " columns)");
        }
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
