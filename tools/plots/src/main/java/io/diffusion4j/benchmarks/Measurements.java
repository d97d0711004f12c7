package io.diffusion4j.benchmarks;

import io.diffusion4j.benchmarks.images.ImageBenchmark;
import io.diffusion4j.benchmarks.networks.ConvolutionPeak;
import io.diffusion4j.benchmarks.networks.DecoderBenchmark;
import io.diffusion4j.benchmarks.networks.DecoderSubject;
import io.diffusion4j.benchmarks.networks.GuidedStepBenchmark;
import io.diffusion4j.benchmarks.networks.MemoryPeaks;
import io.diffusion4j.benchmarks.networks.TrainingBenchmark;
import io.diffusion4j.benchmarks.networks.TransformerTraining;
import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.samplers.StepBenchmark;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Carries out a {@link Plan}. */
final class Measurements {
  private static final long SEED = 1;

  private Measurements() {}

  /** Measures everything, the peak first. */
  static List<Row> take(Plan plan, Consumer<Row> watcher) {
    List<Row> rows = new ArrayList<>();
    Consumer<Row> sink =
        row -> {
          rows.add(row);
          watcher.accept(row);
        };
    var peaks = new MemoryPeaks();
    Consumer<Row> networks = row -> sink.accept(peaks.noted(row));
    Row convolution = ConvolutionPeak.measure(plan.peak(), SEED);
    sink.accept(convolution);
    double peak = convolution.figure(Figure.GFLOPS).orElseThrow();
    for (DecoderSubject decoder : plan.decoders()) {
      DecoderBenchmark.measure(decoder, plan.batches(), plan.calls(), peak, networks);
    }
    for (DecoderSubject decoder : plan.training()) {
      GuidedStepBenchmark.measure(decoder, plan.batches(), plan.calls(), networks);
    }
    for (DecoderSubject decoder : plan.training()) {
      TrainingBenchmark.measure(decoder, plan.trainingBatch(), plan.steps(), peak, networks);
    }
    plan.model()
        .ifPresent(folder -> TransformerTraining.measure(folder, plan.steps(), peak, networks));
    plan.model().ifPresent(folder -> ImageBenchmark.measure(folder, plan.image(), sink));
    StepBenchmark.measure(plan.samplers(), plan.samplerSteps(), sink);
    sink.accept(peaks.ofAll(Row.of("peak memory of all of this")));
    return rows;
  }
}
