package io.diffusion4j.benchmarks;

import io.diffusion4j.benchmarks.images.ImageSettings;
import io.diffusion4j.benchmarks.networks.DecoderSubject;
import io.diffusion4j.benchmarks.report.RunCount;
import io.diffusion4j.benchmarks.samplers.StepBenchmark;
import io.diffusion4j.diffusion.solver.Samplers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The measurements of a run, and their thoroughness. */
record Plan(
    List<DecoderSubject> decoders,
    List<Integer> batches,
    List<DecoderSubject> training,
    int trainingBatch,
    Optional<Path> model,
    ImageSettings image,
    RunCount peak,
    RunCount calls,
    RunCount steps,
    List<String> samplers,
    StepBenchmark.Length samplerSteps) {
  /** The batch sizes of network measurements. */
  static final List<Integer> BATCHES = List.of(1, 8);

  Plan {
    decoders = List.copyOf(decoders);
    batches = List.copyOf(batches);
    training = List.copyOf(training);
    samplers = List.copyOf(samplers);
  }

  /**
   * Returns the default rows.
   *
   * @param large whether to include M, which takes minutes
   * @param quick whether to use few runs, as a smoke test whose figures are not for quoting
   */
  static Plan of(Optional<Path> model, boolean large, boolean quick, ImageSettings image) {
    List<DecoderSubject> decoders = new ArrayList<>();
    model.map(DecoderSubject::of).ifPresent(decoders::add);
    decoders.add(DecoderSubject.small());
    List<DecoderSubject> training = List.copyOf(decoders);
    if (large) {
      decoders.add(DecoderSubject.medium());
    }
    return new Plan(
        decoders,
        BATCHES,
        training,
        32,
        model,
        image,
        quick ? pace(3, 10, 1) : pace(10, 50, 5),
        quick ? pace(1, 3, 2) : pace(3, 30, 15),
        quick ? pace(1, 2, 1) : pace(2, 10, 40),
        List.copyOf(Samplers.standard().names()),
        quick ? StepBenchmark.Length.QUICK : StepBenchmark.Length.FULL);
  }

  private static RunCount pace(int warmup, int runs, int seconds) {
    return new RunCount(warmup, runs, Duration.ofSeconds(seconds));
  }
}
