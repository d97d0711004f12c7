package io.diffusion4j.benchmarks.samplers;

import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.Row;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link TrajectoryBenchmark} and holds each trajectory against its hand-written loop. Of
 * several short iterations the fastest counts, as whatever else a machine does only makes the
 * others slower.
 */
public final class StepBenchmark {
  /** Many and short, so that some of them have a busy machine for themselves. */
  public static final int ITERATIONS = 60;

  /** The length of an iteration. */
  public static final long MILLIS = 20;

  private StepBenchmark() {}

  /**
   * Two rows for each sampler; the fraction is the loop's time over the trajectory's.
   *
   * @param samplers by name
   * @param forks 1 measures in a fresh JVM, 0 in this one
   * @param iterations of {@code millis} each, warm-up and measurement
   */
  public static void measure(
      List<String> samplers, int forks, int iterations, long millis, Consumer<Row> rows) {
    var options =
        new OptionsBuilder()
            .include(TrajectoryBenchmark.class.getName() + "\\..*")
            .param("sampler", samplers.toArray(new String[0]))
            .addProfiler(GCProfiler.class)
            .forks(forks)
            .warmupIterations(iterations)
            .warmupTime(TimeValue.milliseconds(millis))
            .measurementIterations(iterations)
            .measurementTime(TimeValue.milliseconds(millis))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    Map<String, RunResult> trajectories = new TreeMap<>();
    Map<String, RunResult> loops = new TreeMap<>();
    try {
      for (RunResult result : new Runner(options).run()) {
        boolean loop = result.getParams().getBenchmark().endsWith(".fusedLoop");
        (loop ? loops : trajectories).put(result.getParams().getParam("sampler"), result);
      }
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH: " + e.getMessage(), e);
    }
    for (String sampler : trajectories.keySet()) {
      Row loop = row("sampler step " + sampler + ", loop by hand", loops, sampler);
      Row step = row("sampler step " + sampler, trajectories, sampler);
      double yardstick = loop.figure(Figure.MILLISECONDS).orElseThrow();
      double time = step.figure(Figure.MILLISECONDS).orElseThrow();
      rows.accept(loop.with(Figure.FRACTION, 1));
      rows.accept(step.with(Figure.FRACTION, yardstick / time));
    }
  }

  private static Row row(String name, Map<String, RunResult> results, String sampler) {
    RunResult result = results.get(sampler);
    if (result == null) {
      throw new IllegalStateException("JMH: no result for " + name);
    }
    var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
    double bytes = allocated == null ? Double.NaN : allocated.getScore();
    return Row.of(name)
        .batch(TrajectoryBenchmark.ROWS)
        .with(Figure.MILLISECONDS, result.getPrimaryResult().getStatistics().getMin())
        .with(Figure.ALLOCATED, bytes / TrajectoryBenchmark.resultBytes());
  }
}
