package io.diffusion4j.benchmarks.samplers;

import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.benchmarks.report.Row;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Compares a sampler's step with the same step written by hand. The fastest of several short
 * iterations counts, because other load only makes iterations slower.
 */
public final class StepBenchmark {
  private static final String LOOP = "loop";
  private static final String STEP = "step";
  private static final String BYTES = ".bytes";

  /**
   * The length of a measurement.
   *
   * @param forked whether each sampler has a fresh JVM
   * @param iterations number of iterations of {@code millis} each, for the warm-up and again for
   *     the measurement
   */
  public record Length(boolean forked, int iterations, long millis) {
    /** The iterations are many and short, so that some run undisturbed on a busy machine. */
    public static final Length FULL = new Length(true, 60, 20);

    /** A smoke test, whose figures are not for quoting. */
    public static final Length QUICK = new Length(true, 2, 100);
  }

  private StepBenchmark() {}

  /**
   * Measures two rows for each sampler; the fraction is the loop's time divided by the
   * trajectory's.
   *
   * @param samplers the samplers by name
   */
  public static void measure(List<String> samplers, Length length, Consumer<Row> rows) {
    for (String sampler : samplers.stream().sorted().toList()) {
      Map<String, Double> figures =
          length.forked
              ? JavaProcess.figures(
                  StepBenchmark.class, List.of(sampler, "" + length.iterations, "" + length.millis))
              : figures(sampler, length.iterations, length.millis);
      Row loop = row("sampler step " + sampler + ", loop by hand", LOOP, figures);
      Row step = row("sampler step " + sampler, STEP, figures);
      double yardstick = loop.figure(Figure.MILLISECONDS).orElseThrow();
      rows.accept(loop.with(Figure.FRACTION, 1));
      rows.accept(
          step.with(Figure.FRACTION, yardstick / step.figure(Figure.MILLISECONDS).orElseThrow()));
    }
  }

  private static Row row(String name, String what, Map<String, Double> figures) {
    double bytes = figures.getOrDefault(what + BYTES, Double.NaN);
    return Row.of(name)
        .batch(SamplerStep.ROWS)
        .with(Figure.MILLISECONDS, figures.getOrDefault(what, Double.NaN))
        .with(Figure.ALLOCATED, bytes / SamplerStep.resultBytes());
  }

  /** Arguments: the sampler, iterations, milliseconds of each. */
  public static void main(String[] args) {
    JavaProcess.report(figures(args[0], Integer.parseInt(args[1]), Long.parseLong(args[2])));
  }

  private static Map<String, Double> figures(String sampler, int iterations, long millis) {
    Map<String, Double> figures = new LinkedHashMap<>();
    for (boolean byHand : new boolean[] {true, false}) {
      SamplerStep step = new SamplerStep(sampler);
      Runnable task = byHand ? step::byHand : step::byTrajectory;
      iterate(task, iterations, millis); // warms up
      double[] fastest = iterate(task, iterations, millis);
      figures.put(byHand ? LOOP : STEP, fastest[0]);
      figures.put((byHand ? LOOP : STEP) + BYTES, fastest[1]);
    }
    return figures;
  }

  /**
   * Returns the time of a run in the fastest iteration, in milliseconds, and the bytes that a run
   * allocates.
   */
  private static double[] iterate(Runnable task, int iterations, long millis) {
    var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocatedBefore = thread.getCurrentThreadAllocatedBytes();
    double fastest = Double.POSITIVE_INFINITY;
    long all = 0;
    for (int i = 0; i < iterations; i++) {
      long begin = System.nanoTime();
      long now = begin;
      int runs = 0;
      for (; now - begin < 1_000_000 * millis; now = System.nanoTime()) {
        task.run();
        runs++;
      }
      fastest = Math.min(fastest, (now - begin) / 1e6 / runs);
      all += runs;
    }
    double allocated = thread.getCurrentThreadAllocatedBytes() - allocatedBefore;
    return new double[] {fastest, allocated / all};
  }
}
