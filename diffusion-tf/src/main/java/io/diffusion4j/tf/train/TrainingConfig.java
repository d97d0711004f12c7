package io.diffusion4j.tf.train;

import io.diffusion4j.tf.nn.Precision;
import java.util.Locale;
import java.util.Map;

/**
 * How to train.
 *
 * @param steps how many optimizer steps there are in all
 * @param batchSize samples per step
 * @param learningRate the rate after the warm-up
 * @param warmup steps over which the rate rises linearly from 0
 * @param optimizer what moves the weights
 * @param clipNorm the largest global norm of the gradient
 * @param emaDecay decay of the moving average of the weights
 * @param emaWarmup how the moving average gets to its decay
 * @param precision of activations and matrix products; the weights themselves are float32
 * @param seed of the initial weights and of the data
 */
public record TrainingConfig(
    long steps,
    int batchSize,
    double learningRate,
    long warmup,
    Optimizer optimizer,
    double clipNorm,
    double emaDecay,
    EmaWarmup emaWarmup,
    Precision precision,
    long seed) {
  /** How the moving average begins. */
  public enum EmaWarmup {
    /** With its decay: it remembers the initial weights for long. */
    NONE,
    /** The decay after a step is at most (1 + step) / (10 + step). */
    RISING
  }

  public TrainingConfig {
    require(steps >= 1, "steps", steps, "≥ 1");
    require(batchSize >= 1, "batchSize", batchSize, "≥ 1");
    require(learningRate > 0 && learningRate < 1, "learningRate", learningRate, "in (0, 1)");
    require(warmup >= 0, "warmup", warmup, "≥ 0");
    require(clipNorm > 0, "clipNorm", clipNorm, "> 0");
    require(emaDecay >= 0 && emaDecay < 1, "emaDecay", emaDecay, "in [0, 1)");
  }

  static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }

  /** AdamW with the customary constants. */
  public static TrainingConfig of(long steps, int batchSize, double learningRate, long seed) {
    return new TrainingConfig(
        steps,
        batchSize,
        learningRate,
        customaryWarmup(steps),
        Optimizer.of(Optimizer.Method.ADAMW),
        1.0,
        0.999,
        EmaWarmup.RISING,
        Precision.BFLOAT16,
        seed);
  }

  /** The same for another length, with the warm-up that {@link #of} gives it. */
  public TrainingConfig withSteps(long newSteps) {
    long newWarmup = customaryWarmup(newSteps);
    return with(newSteps, batchSize, learningRate, newWarmup, optimizer, emaDecay, precision, seed);
  }

  public TrainingConfig withBatchSize(int newBatchSize) {
    return with(steps, newBatchSize, learningRate, warmup, optimizer, emaDecay, precision, seed);
  }

  public TrainingConfig withLearningRate(double newLearningRate) {
    return with(steps, batchSize, newLearningRate, warmup, optimizer, emaDecay, precision, seed);
  }

  public TrainingConfig withOptimizer(Optimizer newOptimizer) {
    return with(steps, batchSize, learningRate, warmup, newOptimizer, emaDecay, precision, seed);
  }

  public TrainingConfig withEmaDecay(double newEmaDecay) {
    return with(steps, batchSize, learningRate, warmup, optimizer, newEmaDecay, precision, seed);
  }

  public TrainingConfig withPrecision(Precision newPrecision) {
    return with(steps, batchSize, learningRate, warmup, optimizer, emaDecay, newPrecision, seed);
  }

  public TrainingConfig withSeed(long newSeed) {
    return with(steps, batchSize, learningRate, warmup, optimizer, emaDecay, precision, newSeed);
  }

  /** The same but for what a run may choose. */
  private TrainingConfig with(
      long newSteps,
      int newBatchSize,
      double newLearningRate,
      long newWarmup,
      Optimizer newOptimizer,
      double newEmaDecay,
      Precision newPrecision,
      long newSeed) {
    return new TrainingConfig(
        newSteps,
        newBatchSize,
        newLearningRate,
        newWarmup,
        newOptimizer,
        clipNorm,
        newEmaDecay,
        emaWarmup,
        newPrecision,
        newSeed);
  }

  private static long customaryWarmup(long steps) {
    return Math.min(500, steps / 10);
  }

  /** The rate of a step, counted from 0: a linear warm-up, then half a cosine down to 0. */
  public double rate(long step) {
    if (step < warmup) {
      return learningRate * (step + 1) / warmup;
    }
    double progress = Math.min(1, (double) (step - warmup) / Math.max(1, steps - warmup));
    return learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
  }

  /** What the files of the weights say of their training. */
  public Map<String, String> notes() {
    return Map.of(
        "diffusion4j.steps", Long.toString(steps),
        "diffusion4j.batch_size", Integer.toString(batchSize),
        "diffusion4j.learning_rate", Double.toString(learningRate),
        "diffusion4j.optimizer", optimizer.method().name().toLowerCase(Locale.ROOT),
        "diffusion4j.seed", Long.toString(seed));
  }

  /** The moving average's decay after a step, counted from 0. */
  public double ema(long step) {
    return switch (emaWarmup) {
      case NONE -> emaDecay;
      case RISING -> Math.min(emaDecay, (1.0 + step) / (10.0 + step));
    };
  }
}
