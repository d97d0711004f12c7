package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.report.RunCount;
import io.diffusion4j.decoder.DecoderObjective;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.Wire;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Measures one training step of a decoder: forward, backward, AdamW and moving average. It counts
 * as three forward passes, one of them for the gradients of the activations and one for those of
 * the weights.
 */
public final class TrainingBenchmark {
  private static final int TRAIN_STEPS = 1000;
  private static final double FORWARDS = 3;
  private static final double LEARNING_RATE = 1e-5;

  private TrainingBenchmark() {}

  /**
   * Measures a row for each optimizer and precision in which this machine can train; the optimizers
   * take turns.
   */
  public static void measure(
      DecoderSubject subject, int batchSize, RunCount pace, double peakGflops, Consumer<Row> rows) {
    long flops = NetworkCost.of(subject.network()).flops();
    var batch = batch(subject, batchSize);
    measure(subject.name(), objective(subject), batch, flops, pace, peakGflops, rows);
  }

  /**
   * Measures such rows of an objective.
   *
   * @param flops floating-point operations of a sample's forward pass
   */
  static void measure(
      String name,
      Objective objective,
      Batch batch,
      long flops,
      RunCount pace,
      double peakGflops,
      Consumer<Row> rows) {
    for (Precision precision : Precision.FLOATING) {
      var config = config(batch.rows(), precision);
      var withMuon = config.withOptimizer(Optimizer.of(Optimizer.Method.MUON));
      try (var adamw = new Trainer(objective, config);
          var muon = new Trainer(objective, withMuon)) {
        var millis = pace.medians(List.of(() -> adamw.step(batch), () -> muon.step(batch)));
        var names = List.of("training step " + name, "training step " + name + ", Muon");
        for (int i = 0; i < names.size(); i++) {
          rows.accept(
              Row.of(names.get(i), batch.rows(), precision)
                  .took(millis.get(i), FORWARDS * batch.rows() * flops, peakGflops)
                  .with(Figure.IMAGES_PER_SECOND, batch.rows() * 1e3 / millis.get(i)));
        }
      }
    }
  }

  /** Returns a trainer of a decoder with random weights. */
  static Trainer trainer(DecoderSubject subject, int batchSize, Precision precision) {
    return trainer(subject, batchSize, precision, Activations.KEPT);
  }

  /** Returns such a trainer, whose activations are kept or recomputed. */
  static Trainer trainer(
      DecoderSubject subject, int batchSize, Precision precision, Activations activations) {
    var config = config(batchSize, precision).withActivations(activations);
    return new Trainer(objective(subject), config);
  }

  /**
   * Returns a trainer of bfloat16 in a group of processes.
   *
   * @param sums the format in which they exchange gradients
   */
  public static Trainer trainer(
      DecoderSubject subject, int batchSize, Optimizer.Method method, Wire sums, Group group) {
    var config =
        config(batchSize, Precision.BFLOAT16).withOptimizer(Optimizer.of(method)).withSums(sums);
    return new Trainer(objective(subject), config, group);
  }

  private static TrainingConfig config(int batchSize, Precision precision) {
    return TrainingConfig.of(TRAIN_STEPS, batchSize, LEARNING_RATE, 1)
        .withCompute(Compute.of(precision).withEngine(Engines.asked()));
  }

  private static Objective objective(DecoderSubject subject) {
    return new DecoderObjective(subject.config(), subject.projection(), subject.textLength());
  }

  /** Returns the random batch of a step. */
  public static Batch batch(DecoderSubject subject, int rows) {
    var random = new SplittableRandom(1);
    var unet = subject.config();
    long embedding = subject.projection().embeddingDim();
    float[] ones = new float[rows];
    Arrays.fill(ones, 1);
    float[] present = new float[rows * subject.contextLength()];
    Arrays.fill(present, 1);
    var batch =
        new Batch(rows)
            .floats(DecoderObjective.IMAGE_EMBEDDING, gaussian(random, rows, embedding))
            .floats(DecoderObjective.CONDITIONAL, ones)
            .floats(DecoderObjective.TEXT_EMBEDDING, gaussian(random, rows, embedding))
            .floats(
                DecoderObjective.HIDDEN, gaussian(random, rows, subject.textLength(), embedding))
            .floats(DecoderObjective.PRESENT, present);
    List<float[]> images = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      images.add(
          Init.uniform(1).values(new long[] {unet.sampleSize(), unet.sampleSize(), 3}, random));
    }
    new NoisedBatch(
            new CosineSchedule(TRAIN_STEPS),
            Parameterization.X0,
            Weighting.SIMPLE,
            unet.timeChannels())
        .addTo(batch, images, random);
    return batch;
  }

  private static float[] gaussian(SplittableRandom random, long... shape) {
    return Init.normal(1).values(shape, random);
  }
}
