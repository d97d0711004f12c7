package io.diffusion4j.benchmarks;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link TrajectoryBenchmark} and holds each trajectory against its hand-written loop. */
final class StepBenchmark {
  private StepBenchmark() {}

  /**
   * A row for each sampler; its fraction is the loop's time over the trajectory's.
   *
   * @param forks 1 measures in a fresh JVM, 0 in this one
   * @param iterations of {@code millis} each, warm-up and measurement
   */
  static void measure(int forks, int iterations, long millis, Consumer<Row> rows) {
    var options =
        new OptionsBuilder()
            .include(TrajectoryBenchmark.class.getName() + "\\..*")
            .forks(forks)
            .warmupIterations(iterations)
            .warmupTime(TimeValue.milliseconds(millis))
            .measurementIterations(iterations)
            .measurementTime(TimeValue.milliseconds(millis))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    Map<String, Double> trajectories = new TreeMap<>();
    Map<String, Double> loops = new TreeMap<>();
    try {
      for (RunResult result : new Runner(options).run()) {
        boolean loop = result.getParams().getBenchmark().endsWith(".fusedLoop");
        String sampler = result.getParams().getParam("sampler");
        (loop ? loops : trajectories).put(sampler, result.getPrimaryResult().getScore());
      }
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH: " + e.getMessage(), e);
    }
    trajectories.forEach(
        (sampler, time) -> {
          double loop = loops.getOrDefault(sampler, Double.NaN);
          rows.accept(
              Row.of("sampler step " + sampler + ", loop by hand")
                  .batch(TrajectoryBenchmark.ROWS)
                  .with(Figure.MILLISECONDS, loop)
                  .with(Figure.FRACTION, 1));
          rows.accept(
              Row.of("sampler step " + sampler)
                  .batch(TrajectoryBenchmark.ROWS)
                  .with(Figure.MILLISECONDS, time)
                  .with(Figure.FRACTION, loop / time));
        });
  }
}
