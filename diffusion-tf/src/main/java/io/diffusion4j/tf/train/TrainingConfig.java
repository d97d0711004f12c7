package io.diffusion4j.tf.train;

import io.diffusion4j.tf.nn.Precision;

/**
 * How to train.
 *
 * @param steps how many optimizer steps there are in all
 * @param batchSize samples per step
 * @param learningRate the rate after the warm-up
 * @param warmup steps over which the rate rises linearly from 0
 * @param beta1 decay of Adam's first moment
 * @param beta2 decay of Adam's second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled (Loshchilov &amp; Hutter 2019), on weights of two or more axes only
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
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
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
    require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in [0, 1)");
    require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in [0, 1)");
    require(epsilon > 0, "epsilon", epsilon, "> 0");
    require(weightDecay >= 0, "weightDecay", weightDecay, "≥ 0");
    require(clipNorm > 0, "clipNorm", clipNorm, "> 0");
    require(emaDecay >= 0 && emaDecay < 1, "emaDecay", emaDecay, "in [0, 1)");
  }

  private static void require(boolean holds, String name, Object value, String expected) {
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
        0.9,
        0.99,
        1e-8,
        0.01,
        1.0,
        0.999,
        EmaWarmup.RISING,
        Precision.BFLOAT16,
        seed);
  }

  /** The same for another length, with the warm-up that {@link #of} gives it. */
  public TrainingConfig withSteps(long newSteps) {
    long newWarmup = customaryWarmup(newSteps);
    return with(newSteps, batchSize, learningRate, newWarmup, emaDecay, precision, seed);
  }

  public TrainingConfig withBatchSize(int newBatchSize) {
    return with(steps, newBatchSize, learningRate, warmup, emaDecay, precision, seed);
  }

  public TrainingConfig withLearningRate(double newLearningRate) {
    return with(steps, batchSize, newLearningRate, warmup, emaDecay, precision, seed);
  }

  public TrainingConfig withEmaDecay(double newEmaDecay) {
    return with(steps, batchSize, learningRate, warmup, newEmaDecay, precision, seed);
  }

  public TrainingConfig withPrecision(Precision newPrecision) {
    return with(steps, batchSize, learningRate, warmup, emaDecay, newPrecision, seed);
  }

  public TrainingConfig withSeed(long newSeed) {
    return with(steps, batchSize, learningRate, warmup, emaDecay, precision, newSeed);
  }

  /** The same but for what a run may choose. */
  private TrainingConfig with(
      long newSteps,
      int newBatchSize,
      double newLearningRate,
      long newWarmup,
      double newEmaDecay,
      Precision newPrecision,
      long newSeed) {
    return new TrainingConfig(
        newSteps,
        newBatchSize,
        newLearningRate,
        newWarmup,
        beta1,
        beta2,
        epsilon,
        weightDecay,
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

  /** The moving average's decay after a step, counted from 0. */
  public double ema(long step) {
    return switch (emaWarmup) {
      case NONE -> emaDecay;
      case RISING -> Math.min(emaDecay, (1.0 + step) / (10.0 + step));
    };
  }
}
