package io.diffusion4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link Progress} of a job whose only task fails once, and then waits in the middle. */
@Timeout(60)
class ProgressTest {
  private static final CountDownLatch MIDDLE = new CountDownLatch(1);

  @Test
  void rowsOfRunningTasksCountAndThoseOfFailedOnesDoNot() throws Exception {
    try (var spark =
            new LocalSpark(
                SparkSession.builder()
                    .master("local[1,2]")
                    .config("spark.executor.heartbeatInterval", "100ms"));
        var progress = Progress.start(spark.session(), "rows", 1_200, line -> {})) {
      var counter = progress.counter();
      var context = new JavaSparkContext(spark.session().sparkContext());
      var job =
          CompletableFuture.runAsync(
              () ->
                  context
                      .parallelize(List.of(1), 1)
                      .foreach(
                          row -> {
                            if (TaskContext.get().attemptNumber() == 0) {
                              counter.add(500);
                              throw new IllegalStateException("the first attempt");
                            }
                            counter.add(300);
                            MIDDLE.await();
                            counter.add(700);
                          }));
      await(progress, "300 of 1,200 rows, ");
      assertThat(progress.line()).matches("300 of 1,200 rows, [0-9.,]+/s, \\d+:\\d\\d min left");
      MIDDLE.countDown();
      job.get();
      await(progress, "1,000 of 1,200 rows, ");
    }
  }

  private static void await(Progress progress, String start) throws InterruptedException {
    while (!progress.line().startsWith(start)) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
