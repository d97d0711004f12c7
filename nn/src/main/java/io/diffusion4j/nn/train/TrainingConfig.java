package io.diffusion4j.nn.train;

import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.util.Locale;
import java.util.Map;

/**
 * How to train.
 *
 * @param steps how many optimizer steps there are in all
 * @param batchSize samples per step
 * @param learningRate the rate after the warm-up
 * @param warmup steps over which the rate rises linearly from 0
 * @param decay steps over which the rate falls to 0 at the end; between warm-up and decay it is
 *     constant, and a run can be ended there at any time by fewer steps and a short decay (Hu et
 *     al. 2024)
 * @param optimizer what moves the weights
 * @param clipNorm the largest global norm of the gradient
 * @param emaDecay decay of the moving average of the weights
 * @param emaWarmup how the moving average gets to its decay
 * @param compute which engine on which threads, and the precision of activations and matrix
 *     products; the weights themselves are float32
 * @param seed of the initial weights and of the data
 */
public record TrainingConfig(
    long steps,
    int batchSize,
    double learningRate,
    long warmup,
    long decay,
    Optimizer optimizer,
    double clipNorm,
    double emaDecay,
    EmaWarmup emaWarmup,
    Compute compute,
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
    require(decay >= 1, "decay", decay, "≥ 1");
    require(clipNorm > 0, "clipNorm", clipNorm, "> 0");
    require(emaDecay >= 0 && emaDecay < 1, "emaDecay", emaDecay, "in [0, 1)");
  }

  static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }

  /** AdamW with the customary constants, and a rate that falls from the warm-up on. */
  public static TrainingConfig of(long steps, int batchSize, double learningRate, long seed) {
    return new TrainingConfig(
        steps,
        batchSize,
        learningRate,
        customaryWarmup(steps),
        customaryDecay(steps),
        Optimizer.of(Optimizer.Method.ADAMW),
        1.0,
        0.999,
        EmaWarmup.RISING,
        Compute.of(Precision.BFLOAT16),
        seed);
  }

  /** The same for another length, with the warm-up and decay that {@link #of} gives it. */
  public TrainingConfig withSteps(long newSteps) {
    return new TrainingConfig(
        newSteps,
        batchSize,
        learningRate,
        customaryWarmup(newSteps),
        customaryDecay(newSteps),
        optimizer,
        clipNorm,
        emaDecay,
        emaWarmup,
        compute,
        seed);
  }

  public TrainingConfig withDecay(long newDecay) {
    return with(batchSize, learningRate, newDecay, optimizer, emaDecay, compute, seed);
  }

  public TrainingConfig withBatchSize(int newBatchSize) {
    return with(newBatchSize, learningRate, decay, optimizer, emaDecay, compute, seed);
  }

  public TrainingConfig withLearningRate(double newLearningRate) {
    return with(batchSize, newLearningRate, decay, optimizer, emaDecay, compute, seed);
  }

  public TrainingConfig withOptimizer(Optimizer newOptimizer) {
    return with(batchSize, learningRate, decay, newOptimizer, emaDecay, compute, seed);
  }

  public TrainingConfig withEmaDecay(double newEmaDecay) {
    return with(batchSize, learningRate, decay, optimizer, newEmaDecay, compute, seed);
  }

  public TrainingConfig withCompute(Compute newCompute) {
    return with(batchSize, learningRate, decay, optimizer, emaDecay, newCompute, seed);
  }

  public TrainingConfig withSeed(long newSeed) {
    return with(batchSize, learningRate, decay, optimizer, emaDecay, compute, newSeed);
  }

  /** The same but for what a run may choose. */
  private TrainingConfig with(
      int newBatchSize,
      double newLearningRate,
      long newDecay,
      Optimizer newOptimizer,
      double newEmaDecay,
      Compute newCompute,
      long newSeed) {
    return new TrainingConfig(
        steps,
        newBatchSize,
        newLearningRate,
        warmup,
        newDecay,
        newOptimizer,
        clipNorm,
        newEmaDecay,
        emaWarmup,
        newCompute,
        newSeed);
  }

  private static long customaryWarmup(long steps) {
    return Math.min(500, steps / 10);
  }

  private static long customaryDecay(long steps) {
    return Math.max(1, steps - customaryWarmup(steps));
  }

  /**
   * The rate of a step, counted from 0: a linear warm-up, a constant, then half a cosine down to 0.
   */
  public double rate(long step) {
    if (step < warmup) {
      return learningRate * (step + 1) / warmup;
    }
    long constant = Math.max(warmup, steps - decay);
    if (step < constant) {
      return learningRate;
    }
    double progress = Math.min(1, (double) (step - constant) / Math.max(1, steps - constant));
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
