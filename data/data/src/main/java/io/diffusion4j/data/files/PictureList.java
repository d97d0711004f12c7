package io.diffusion4j.data.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.data.BadCaptionException;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Lists of pictures with captions: CSV and TSV with a line of column names, and JSON Lines, where a
 * caption may be a list. Paths are relative to the folder of the list, and stay inside.
 */
final class PictureList {
  /** The values of a row, at a line of the file. */
  private record Row(long line, JsonNode values) {
    /** Returns the columns with texts. */
    List<String> columns() {
      return values.properties().stream()
          .filter(field -> field.getValue().isTextual() || field.getValue().isArray())
          .map(Map.Entry::getKey)
          .toList();
    }

    /**
     * Returns the texts of a column.
     *
     * @param place the line, for messages
     */
    List<String> texts(String place, String column) {
      try {
        return CaptionTexts.texts(values.path(column));
      } catch (BadCaptionException e) {
        throw new IllegalArgumentException(
            place + ": " + Check.message(column, values.path(column), CaptionTexts.TEXTS), e);
      }
    }
  }

  private PictureList() {}

  /**
   * Returns the pictures of a list.
   *
   * @param root the folder that paths stay inside and keys are relative to
   */
  static List<Entry> entries(Path list, Path root, Columns columns) throws IOException {
    List<Row> rows = rows(list);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("list: " + list + ", no rows (expected: at least one)");
    }
    List<String> names = rows.get(0).columns();
    String image = columns.image(list.toString(), names);
    Optional<String> caption = columns.caption(list.toString(), names, image);
    List<Entry> entries = new ArrayList<>(rows.size());
    for (Row row : rows) {
      String place = list + ", line " + row.line;
      List<String> file = row.texts(place, image);
      if (file.size() != 1 || file.get(0).isBlank()) {
        throw new IllegalArgumentException(place + ": no " + image + " (expected: a path)");
      }
      List<String> captions = caption.map(column -> row.texts(place, column)).orElse(List.of());
      entries.add(Entry.named(file.get(0), list, place, root, captions));
    }
    return entries;
  }

  private static List<Row> rows(Path list) throws IOException {
    String text;
    try {
      text = CaptionTexts.decoded(Files.readAllBytes(list));
    } catch (BadCaptionException e) {
      throw new IllegalArgumentException(
          "list: " + list + ", " + e.fault() + " (expected: text in UTF-8)", e);
    }
    String name = list.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".jsonl")
        ? jsonLines(list, text)
        : separated(list, text, name.endsWith(".tsv") ? '\t' : ',');
  }

  private static List<Row> separated(Path list, String text, char separator) {
    List<SeparatedValues.Row> rows = SeparatedValues.read(list, text, separator);
    List<Row> named = new ArrayList<>();
    for (SeparatedValues.Row row : rows.subList(Math.min(1, rows.size()), rows.size())) {
      List<String> names = rows.get(0).values();
      if (row.values().size() != names.size()) {
        throw new IllegalArgumentException(
            "%s, line %d: %d values (expected: %d, as there are columns)"
                .formatted(list, row.line(), row.values().size(), names.size()));
      }
      ObjectNode values = JsonNodeFactory.instance.objectNode();
      for (int i = 0; i < names.size(); i++) {
        values.put(names.get(i), row.values().get(i));
      }
      named.add(new Row(row.line(), values));
    }
    return named;
  }

  private static List<Row> jsonLines(Path list, String text) {
    List<Row> rows = new ArrayList<>();
    long number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        rows.add(new Row(number, CaptionTexts.object(line)));
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(
            list + ", line " + number + ": not JSON (expected: an object in each line)", e);
      }
    }
    return rows;
  }
}
