package io.diffusion4j.spark;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Spark in this process: two cores, and four attempts for each task. */
final class LocalSpark implements AutoCloseable {
  /** The shipped model. */
  static final Path MODEL = Path.of("../../emoji/model").toAbsolutePath().normalize();

  private final SparkSession session;

  LocalSpark() {
    this("local[2,4]");
  }

  LocalSpark(String master) {
    this(
        SparkSession.builder()
            .master(master)
            .config("spark.hadoop.fs.flaky.impl", FlakyFileSystem.class.getName()));
  }

  LocalSpark(SparkSession.Builder builder) {
    session =
        builder
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", 2)
            .getOrCreate();
  }

  /** A job that ran: its status, and what it printed. */
  record Ran(int status, String out, String err) {}

  static Ran run(Callable<Integer> job, String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int status =
        JobLine.of(job)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Ran(status, out.toString(), err.toString());
  }

  SparkSession session() {
    return session;
  }

  /** Reads a table, in an order that does not depend on its files. */
  List<Row> rows(Path table, String... order) {
    return session
        .read()
        .parquet(table.toString())
        .orderBy(order[0], List.of(order).subList(1, order.length).toArray(String[]::new))
        .collectAsList();
  }

  static Collection<String> column(List<Row> rows, String name) {
    return rows.stream().map(row -> row.<String>getAs(name)).toList();
  }

  @Override
  public void close() {
    session.stop();
  }
}
