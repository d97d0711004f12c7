package io.diffusion4j.spark;

import com.google.common.collect.Iterators;
import io.diffusion4j.cli.console.FailureHandler;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.spark.sql.Row;

/**
 * The rows that a task computes as they are read. Exceptions lose their causes, as Spark sends them
 * to the driver: an executor whose exception cannot be serialised never answers.
 */
final class TaskRows implements Iterator<Row> {
  private final Iterator<Row> rows;

  private TaskRows(Iterator<Row> rows) {
    this.rows = rows;
  }

  /** Returns the rows of a task. */
  static TaskRows of(Supplier<Iterator<Row>> task) {
    return new TaskRows(guarded(task));
  }

  @Override
  public boolean hasNext() {
    return guarded(rows::hasNext);
  }

  @Override
  public Row next() {
    return guarded(rows::next);
  }

  /**
   * Computes rows in batches, as the result is read.
   *
   * @param size the largest number of rows of a batch
   * @param counter receives the numbers of finished rows
   */
  static Iterator<Row> inBatches(
      Iterator<Row> rows, int size, LongConsumer counter, Function<List<Row>, List<Row>> batch) {
    return Iterators.concat(
        Iterators.transform(
            Iterators.partition(rows, size),
            some -> {
              List<Row> results = batch.apply(some);
              counter.accept(results.size());
              return results.iterator();
            }));
  }

  /**
   * Does a part of a task.
   *
   * @throws IllegalArgumentException if the part does, with the same message
   * @throws IllegalStateException for every other exception, with its description
   */
  static <T> T guarded(Supplier<T> part) {
    try {
      return part.get();
    } catch (RuntimeException e) {
      throw plain(e);
    }
  }

  @SuppressWarnings("UnusedException") // its cause is what must not be sent
  private static RuntimeException plain(RuntimeException e) {
    RuntimeException plain =
        e instanceof IllegalArgumentException
            ? new IllegalArgumentException(e.getMessage())
            : new IllegalStateException(FailureHandler.describe(e));
    plain.setStackTrace(e.getStackTrace());
    return plain;
  }
}
