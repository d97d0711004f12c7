package io.diffusion4j.benchmarks;

import io.diffusion4j.benchmarks.images.ImageSettings;
import io.diffusion4j.benchmarks.networks.DecoderSubject;
import io.diffusion4j.benchmarks.report.Pace;
import io.diffusion4j.benchmarks.samplers.StepBenchmark;
import io.diffusion4j.diffusion.solver.Samplers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is measured, and how thoroughly. */
record Plan(
    List<DecoderSubject> decoders,
    List<Integer> batches,
    List<DecoderSubject> training,
    int trainingBatch,
    Optional<Path> model,
    ImageSettings image,
    Pace peak,
    Pace calls,
    Pace steps,
    List<String> samplers,
    StepBenchmark.Length samplerSteps) {
  /** The batches that networks are measured at. */
  static final List<Integer> BATCHES = List.of(1, 8);

  Plan {
    decoders = List.copyOf(decoders);
    batches = List.copyOf(batches);
    training = List.copyOf(training);
    samplers = List.copyOf(samplers);
  }

  /** Everything; M, which takes minutes, only if asked for. */
  static Plan full(Optional<Path> model, boolean large, ImageSettings image) {
    return of(
        model,
        large,
        image,
        new Pace(10, 50, Duration.ofSeconds(5)),
        new Pace(3, 30, Duration.ofSeconds(15)),
        new Pace(2, 10, Duration.ofSeconds(40)),
        StepBenchmark.Length.FULL);
  }

  /** The same rows from few runs: to see that it works, not to quote. */
  static Plan quick(Optional<Path> model, boolean large, ImageSettings image) {
    return of(
        model,
        large,
        image,
        new Pace(3, 10, Duration.ofSeconds(1)),
        new Pace(1, 3, Duration.ofSeconds(2)),
        new Pace(1, 2, Duration.ofSeconds(1)),
        StepBenchmark.Length.QUICK);
  }

  private static Plan of(
      Optional<Path> model,
      boolean large,
      ImageSettings image,
      Pace peak,
      Pace calls,
      Pace steps,
      StepBenchmark.Length samplerSteps) {
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
        peak,
        calls,
        steps,
        List.copyOf(Samplers.standard().names()),
        samplerSteps);
  }
}
