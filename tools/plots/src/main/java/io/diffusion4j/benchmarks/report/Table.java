package io.diffusion4j.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats measurements for people and programs. */
public final class Table {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAME = "%-36s %5s %9s";
  private static final String CELL = " %10s";

  /** The fields of every JSON object; {@code null} where they do not apply. */
  private static final Set<Figure> ALWAYS =
      Set.of(Figure.MILLISECONDS, Figure.GFLOPS, Figure.FRACTION);

  private Table() {}

  /**
   * Prints a line of any table.
   *
   * @param format the format of a cell
   */
  public static void line(PrintWriter out, String name, String format, Stream<?> cells) {
    out.println(name + cells.map(cell -> format.formatted(cell)).collect(Collectors.joining()));
    out.flush();
  }

  /** Prints the head of the rows. */
  public static void printHeader(PrintWriter out) {
    var headers = Arrays.stream(Figure.values()).map(Figure::header);
    line(out, NAME.formatted("", "batch", "precision"), CELL, headers);
  }

  /** Prints a row. */
  public static void print(PrintWriter out, Row row) {
    String batch = row.batch().isPresent() ? Integer.toString(row.batch().getAsInt()) : "";
    line(
        out,
        NAME.formatted(row.name(), batch, row.precisionWord()),
        CELL,
        Arrays.stream(Figure.values())
            .map(
                figure -> {
                  OptionalDouble value = row.figure(figure);
                  return value.isPresent() ? figure.print(value.getAsDouble()) : "";
                }));
  }

  /**
   * Returns a list of objects with {@code name}, {@code batch}, {@code precision} and the figures.
   */
  public static void writeJson(Path file, List<Row> rows) throws IOException {
    ArrayNode all = JSON.createArrayNode();
    for (Row row : rows) {
      ObjectNode object = all.addObject().put("name", row.name());
      object.put("batch", row.batch().isPresent() ? (Integer) row.batch().getAsInt() : null);
      object.put("precision", row.precision().isPresent() ? row.precisionWord() : null);
      for (Figure figure : Figure.values()) {
        OptionalDouble value = row.figure(figure);
        if (value.isPresent() || ALWAYS.contains(figure)) {
          object.put(figure.key(), value.isPresent() ? (Double) value.getAsDouble() : null);
        }
      }
    }
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), all);
  }
}
