package io.diffusion4j.spark;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Prints a line a minute while a job runs. Rows of running tasks count too, as executors report
 * them every ten seconds; those of failed tasks do not.
 */
final class Progress extends SparkListener implements AutoCloseable {
  private static final long EVERY_SECONDS = 60;

  private final SparkSession spark;
  private final long total;
  private final LongAccumulator counter;
  private final AtomicLong ended = new AtomicLong();
  private final Map<Long, Long> running = new ConcurrentHashMap<>();
  private final long start = System.nanoTime();
  private final ScheduledExecutorService clock;

  private Progress(SparkSession spark, String things, long total) {
    this.spark = spark;
    this.total = total;
    counter = spark.sparkContext().longAccumulator(things);
    clock =
        Executors.newSingleThreadScheduledExecutor(
            new ThreadFactoryBuilder().setNameFormat("progress").setDaemon(true).build());
  }

  /**
   * Begins to print.
   *
   * @param things what is counted, such as pictures
   * @param total the number at the end
   */
  static Progress start(SparkSession spark, String things, long total, Consumer<String> printer) {
    var progress = new Progress(spark, things, total);
    spark.sparkContext().addSparkListener(progress);
    var unused =
        progress.clock.scheduleAtFixedRate(
            () -> printer.accept(progress.line()), EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    return progress;
  }

  /** Returns the counter, to which tasks add. */
  LongAccumulator counter() {
    return counter;
  }

  /** Returns the line of this moment: {@code 120 of 1,000 pictures, 5.6/s, 2:37 min left}. */
  String line() {
    long done = ended.get() + running.values().stream().mapToLong(Long::longValue).sum();
    double seconds = (System.nanoTime() - start) / 1e9;
    double rate = done / seconds;
    long left = rate == 0 ? 0 : (long) ((total - done) / rate);
    String line =
        String.format(
            Locale.ROOT, "%,d of %,d %s, %.1f/s", done, total, counter.name().get(), rate);
    return rate == 0
        ? line
        : String.format(Locale.ROOT, "%s, %d:%02d min left", line, left / 60, left % 60);
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd event) {
    running.remove(event.taskInfo().taskId());
    if (event.taskInfo().successful()) {
      count(event.taskInfo().accumulables()).ifPresent(ended::addAndGet);
    }
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate event) {
    CollectionConverters.asJava(event.accumUpdates())
        .forEach(task -> count(task._4()).ifPresent(done -> running.put((Long) task._1(), done)));
  }

  private Optional<Long> count(scala.collection.Iterable<AccumulableInfo> values) {
    for (AccumulableInfo value : CollectionConverters.asJava(values)) {
      if (value.id() == counter.id() && value.update().isDefined()) {
        return Optional.of(((Number) value.update().get()).longValue());
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    clock.shutdownNow();
    spark.sparkContext().removeSparkListener(this);
  }
}
