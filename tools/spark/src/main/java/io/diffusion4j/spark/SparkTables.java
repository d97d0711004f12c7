package io.diffusion4j.spark;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Tables in the formats that Spark reads, recognised by the ends of their names. */
final class SparkTables {
  private static final String TEXT = "text";

  /** Spark's name of each format, by the end of a file's name. */
  private static final Map<String, String> FORMATS =
      Map.of(
          "parquet", "parquet",
          "orc", "orc",
          "json", "json",
          "jsonl", "json",
          "csv", "csv",
          "tsv", "csv",
          "txt", TEXT);

  private SparkTables() {}

  /** Returns whether the name is that of a table. */
  static boolean isTable(String place) {
    return format(place).isPresent();
  }

  private static Optional<String> format(String place) {
    String name = new Path(place).getName();
    String end = name.substring(name.lastIndexOf('.') + 1);
    return Optional.ofNullable(FORMATS.get(end.toLowerCase(Locale.ROOT)));
  }

  /**
   * Reads a table. The values of CSV files are texts.
   *
   * @param setting the name of the option, for messages
   * @param lines the column for the lines of a text file
   * @throws IllegalArgumentException if the name has another end, or if there is no such file
   */
  static Dataset<Row> read(SparkSession spark, String setting, String place, String lines) {
    String format =
        format(place)
            .orElseThrow(
                () ->
                    Check.refusal(
                        setting,
                        place,
                        "a name that ends in .parquet, .orc, .jsonl, .csv or .txt"));
    Check.that(HadoopFolder.exists(spark, place), setting, place, "a file or a folder");
    if (format.equals(TEXT)) {
      return spark.read().text(place).toDF(lines);
    }
    return spark
        .read()
        .format(format)
        .option("header", true)
        .option("sep", place.endsWith("tsv") ? "\t" : ",")
        .option("escape", "\"")
        .load(place);
  }

  /** Returns a value as a text; null if the table has no such column, or the row no value. */
  static @Nullable String text(Row row, String column) {
    int index = index(row, column);
    return index < 0 || row.isNullAt(index) ? null : row.get(index).toString();
  }

  /**
   * Returns an integer; null if the table has no such column, or the row no value.
   *
   * @throws IllegalArgumentException if the value is no integer
   */
  static @Nullable Long integer(Row row, String column) {
    String text = text(row, column);
    if (text == null || text.isBlank()) {
      return null;
    }
    try {
      return Long.valueOf(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(Check.message(column, text, "an integer"), e);
    }
  }

  /** Returns the index of a column; −1 if there is none. */
  static int index(Row row, String column) {
    String[] names = row.schema().fieldNames();
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(column)) {
        return i;
      }
    }
    return -1;
  }
}
