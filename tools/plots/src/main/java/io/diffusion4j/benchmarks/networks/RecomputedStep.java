package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.cli.inspect.ProcessMemory;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import java.util.Map;
import org.hipparchus.stat.StatUtils;

/** A process that trains a decoder for some steps, and prints the cost of a step. */
final class RecomputedStep {
  /** The median processor time of a step, of all threads, in ms. */
  static final String PROCESSOR = "processor";

  /** The median time of a step, in ms. */
  static final String TIME = "time";

  /** The peak resident memory, in MiB. */
  static final String PEAK = "peak";

  private RecomputedStep() {}

  /** Arguments: S or M, samples of a step, steps, the treatment of activations. */
  public static void main(String[] args) {
    var subject = args[0].equals("M") ? DecoderSubject.medium() : DecoderSubject.small();
    int rows = Integer.parseInt(args[1]);
    double[] processor = new double[Integer.parseInt(args[2])];
    double[] time = new double[processor.length];
    var batch = TrainingBenchmark.batch(subject, rows);
    var activations = Activations.valueOf(args[3]);
    try (var trainer = TrainingBenchmark.trainer(subject, rows, Precision.BFLOAT16, activations)) {
      trainer.step(batch);
      for (int step = 0; step < processor.length; step++) {
        double spent = seconds();
        long begin = System.nanoTime();
        trainer.step(batch);
        time[step] = (System.nanoTime() - begin) / 1e6;
        processor[step] = 1e3 * (seconds() - spent);
      }
    }
    JavaProcess.report(
        Map.of(
            PROCESSOR,
            StatUtils.percentile(processor, 50),
            TIME,
            StatUtils.percentile(time, 50),
            PEAK,
            ProcessMemory.peakMebibytes().orElse(Double.NaN)));
  }

  private static double seconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
  }
}
