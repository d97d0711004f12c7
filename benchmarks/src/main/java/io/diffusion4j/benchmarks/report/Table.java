package io.diffusion4j.benchmarks.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/** The rows as people and programs read them. */
public final class Table {
  private static final String LINE = "%-36s %5s %9s";
  private static final String CELL = " %10s";

  /** What every object in JSON has, {@code null} where it means nothing. */
  private static final Set<Figure> ALWAYS =
      Set.of(Figure.MILLISECONDS, Figure.GFLOPS, Figure.FRACTION);

  private Table() {}

  public static void printHeader(PrintWriter out) {
    out.printf(LINE, "", "batch", "precision");
    for (Figure figure : Figure.values()) {
      out.printf(CELL, figure.header());
    }
    out.println();
    out.flush();
  }

  public static void print(PrintWriter out, Row row) {
    String batch = row.batch().isPresent() ? Integer.toString(row.batch().getAsInt()) : "";
    out.printf(LINE, row.name(), batch, row.precisionWord());
    for (Figure figure : Figure.values()) {
      OptionalDouble value = row.figure(figure);
      out.printf(CELL, value.isPresent() ? figure.print(value.getAsDouble()) : "");
    }
    out.println();
    out.flush();
  }

  /** A list of objects with {@code name}, {@code batch}, {@code precision} and the figures. */
  public static void writeJson(Path file, List<Row> rows) throws IOException {
    try (var writer = Files.newBufferedWriter(file);
        var json = new JsonFactory().createGenerator(writer).useDefaultPrettyPrinter()) {
      json.writeStartArray();
      for (Row row : rows) {
        write(json, row);
      }
      json.writeEndArray();
    }
  }

  private static void write(JsonGenerator json, Row row) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", row.name());
    if (row.batch().isPresent()) {
      json.writeNumberField("batch", row.batch().getAsInt());
    } else {
      json.writeNullField("batch");
    }
    if (row.precision().isPresent()) {
      json.writeStringField("precision", row.precisionWord());
    } else {
      json.writeNullField("precision");
    }
    for (Figure figure : Figure.values()) {
      OptionalDouble value = row.figure(figure);
      if (value.isPresent()) {
        json.writeNumberField(figure.key(), value.getAsDouble());
      } else if (ALWAYS.contains(figure)) {
        json.writeNullField(figure.key());
      }
    }
    json.writeEndObject();
  }
}
