package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.report.RunCount;
import io.diffusion4j.decoder.DecoderCondition;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Measures one call of a decoder's denoiser: from queries on the heap to predictions on the heap.
 */
public final class DecoderBenchmark {
  private static final int T = 500;

  private DecoderBenchmark() {}

  /**
   * Measures a row for each precision that an engine has here, and each batch; batches are the
   * inner loop, so that each precision is opened once.
   */
  public static void measure(
      DecoderSubject subject,
      List<Integer> batches,
      RunCount pace,
      double peakGflops,
      Consumer<Row> rows) {
    double flops = NetworkCost.of(subject.network()).flops();
    for (Precision precision : Precision.values()) {
      var compute = Compute.of(precision).withEngine(Engines.asked());
      if (!Engines.has(compute)) {
        continue;
      }
      try (var model = subject.loader().apply(compute)) {
        var denoiser = model.denoiser();
        for (int batch : batches) {
          var queries = queries(subject, batch);
          double millis = pace.median(() -> denoiser.predict(queries));
          rows.accept(
              Row.of("decoder " + subject.name(), batch, precision)
                  .took(millis, flops * batch, peakGflops));
        }
      }
    }
  }

  /** Returns the decoder's queries: noise, with random conditions. */
  static List<Query<DecoderCondition>> queries(DecoderSubject subject, int count) {
    var random = new SplittableRandom(count);
    long size = subject.config().sampleSize();
    List<Query<DecoderCondition>> queries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      float[] present = new float[subject.contextLength()];
      Arrays.fill(present, 1);
      var condition =
          new DecoderCondition(
              gaussian(random, subject.contextLength(), subject.config().contextDim()),
              present,
              gaussian(random, subject.config().timeEmbedDim()));
      queries.add(new Query<>(gaussian(random, size, size, 3), T, condition));
    }
    return queries;
  }

  private static float[] gaussian(SplittableRandom random, long... shape) {
    return Init.normal(1).values(shape, random);
  }
}
