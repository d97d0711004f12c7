package io.diffusion4j.spark;

import static org.apache.spark.sql.functions.broadcast;

import io.diffusion4j.diffusion.argument.Check;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The table that a job writes, in Parquet. Each run of the job adds the rows that are missing; they
 * appear all at once when the run succeeds.
 */
record OutputTable(SparkSession spark, String place) {
  /** The column that identifies rows. */
  static final String ID = "id";

  /** The column with the reason why a row has no result; null in the others. */
  static final String ERROR = "error";

  /**
   * Checks that the place is free or has such a table.
   *
   * @throws IllegalArgumentException if there is another table
   */
  void check() {
    Check.that(
        !exists() || Arrays.asList(rows().columns()).contains(ID),
        "output",
        place,
        "an empty folder, or the output of an earlier run");
  }

  private boolean exists() {
    return HadoopFolder.exists(spark, place + "/*.parquet");
  }

  private Dataset<Row> rows() {
    return spark.read().parquet(place);
  }

  /** The tasks of a job: results for rows, with a counter of finished ones. */
  interface Work extends Serializable {
    Iterator<Row> results(Iterator<Row> rows, LongConsumer counter);
  }

  /**
   * Adds the results of the rows whose ids are not in the table yet, and prints lines about it.
   *
   * @param planned rows with ids
   * @param things what the rows are, such as pictures
   * @param columns the columns of the results
   */
  void complete(
      Dataset<Row> planned,
      String things,
      StructType columns,
      Work work,
      Consumer<String> printer) {
    Dataset<Row> missing = missing(planned);
    long total = missing.count();
    if (total > 0) {
      try (var progress = Progress.start(spark, things, total, printer)) {
        var counter = progress.counter();
        missing
            .mapPartitions(
                (MapPartitionsFunction<Row, Row>)
                    some -> TaskRows.of(() -> work.results(some, counter::add)),
                Encoders.row(columns))
            .write()
            .mode(SaveMode.Append)
            .parquet(place);
      }
    }
    printer.accept(summary(things, total));
  }

  private Dataset<Row> missing(Dataset<Row> rows) {
    if (!exists()) {
      return rows;
    }
    Dataset<Row> done = rows().select(ID).withColumnRenamed(ID, "done");
    return rows.join(broadcast(done), rows.col(ID).equalTo(done.col("done")), "left_anti");
  }

  /**
   * Describes the table in a line.
   *
   * @param added the number of rows that this run added
   */
  private String summary(String things, long added) {
    if (!exists()) {
      return "0 " + things;
    }
    Dataset<Row> rows = rows();
    long all = rows.count();
    long failed = rows.filter(rows.col(ERROR).isNotNull()).count();
    return String.format(
        Locale.ROOT,
        "%,d %s in %s, %,d of them new; %,d rows with an error",
        all - failed,
        things,
        place,
        added,
        failed);
  }
}
