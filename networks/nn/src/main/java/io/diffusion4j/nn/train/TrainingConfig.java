package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.TrainingSession.Role;
import io.diffusion4j.nn.train.group.RowGroups;
import io.diffusion4j.nn.train.group.RowRange;
import io.diffusion4j.nn.train.group.Wire;
import io.diffusion4j.nn.weights.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The settings of a training.
 *
 * @param steps the total number of optimizer steps
 * @param batchSize samples computed at a time
 * @param accumulate batches per step, whose gradients are averaged; the step equals that of one
 *     batch of all their samples
 * @param learningRate the rate after the warm-up
 * @param warmup steps over which the rate rises linearly from 0
 * @param decay steps over which the rate falls at the end; between warm-up and decay it is
 *     constant, and a run can end there at any time with fewer steps and a short decay (Hu et al.
 *     2024)
 * @param fall the shape of the decay
 * @param optimizer the update rule
 * @param clipNorm the largest global norm of the gradient
 * @param emaDecays decays of the moving averages of the weights, one to {@value #MAX_AVERAGES}; the
 *     first average is the finished model
 * @param emaWarmup the warm-up of the moving averages
 * @param frozen the parameters that are not trained
 * @param lowRank updates that are trained instead of the weights, if any
 * @param activations whether they are kept for the backward pass
 * @param shares the division of a batch
 * @param sums the format in which processes exchange gradients, which must be float32 with fixed
 *     shares; empty for that of the state of a resumed run (see {@link TrainingRun#resumed}), and
 *     float32 for a new one
 * @param compute the engine and its threads, and the precision of activations and matrix products;
 *     the weights themselves are float32
 * @param seed the seed of the initial weights and of the data
 */
public record TrainingConfig(
    long steps,
    int batchSize,
    int accumulate,
    double learningRate,
    long warmup,
    long decay,
    Fall fall,
    Optimizer optimizer,
    double clipNorm,
    List<Double> emaDecays,
    EmaWarmup emaWarmup,
    KeyPatterns frozen,
    Optional<LowRank> lowRank,
    Activations activations,
    Shares shares,
    Optional<Wire> sums,
    Compute compute,
    long seed) {
  /** The division of a batch into shares, whose gradients are summed in a binary tree. */
  public enum Shares {
    /**
     * One for each thread of each process. The weights are the same, to the bit, with the same
     * total number of threads.
     */
    BY_THREAD,
    /**
     * {@value TrainingConfig#FIXED_SHARES}, or the largest power of two that divides the batch if
     * that is less. The weights are the same, to the bit, with any number of threads and processes;
     * small shares take more time and memory.
     */
    FIXED
  }

  /** The number of shares that do not depend on threads. */
  public static final int FIXED_SHARES = RowGroups.MAX;

  /** The storage of activations between the forward and the backward pass. */
  public enum Activations {
    /** All are kept. */
    KEPT,
    /**
     * Few are kept, and the others are recomputed (Chen et al. 2016): less memory for more time,
     * with the same gradients to the bit.
     */
    RECOMPUTED
  }

  /** The largest number of moving averages. */
  public static final int MAX_AVERAGES = 3;

  /**
   * The shape of the learning rate's decay, with its name.
   *
   * @param curve the share of the rate during the decay
   */
  public record Fall(String name, RateCurve curve) {
    /** Half a cosine. */
    public static final Fall COSINE = new Fall("cosine", p -> 0.5 * (1 + Math.cos(Math.PI * p)));

    /** A straight line. */
    public static final Fall LINEAR = new Fall("linear", progress -> 1 - progress);

    /** No decay. */
    public static final Fall NONE = new Fall("none", progress -> 1);

    @Override
    public String toString() {
      return name; // the same in all processes
    }
  }

  /** The warm-up of a moving average. */
  public enum EmaWarmup {
    /** No warm-up: the average contains the initial weights for a long time. */
    NONE,
    /** The decay after a step is at most (1 + step) / (10 + step). */
    RISING,
    /**
     * The decay is at most 1 − (1 + step)^(−3/4), and 0 after the first step, as in diffusers'
     * examples.
     */
    POWER
  }

  public TrainingConfig {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    Check.that(batchSize >= 1, "batchSize", batchSize, "≥ 1");
    Check.that(accumulate >= 1, "accumulate", accumulate, "≥ 1");
    Check.that(learningRate > 0 && learningRate < 1, "learningRate", learningRate, "in (0, 1)");
    Check.that(warmup >= 0, "warmup", warmup, "≥ 0");
    Check.that(decay >= 1, "decay", decay, "≥ 1");
    Check.that(clipNorm > 0, "clipNorm", clipNorm, "> 0");
    emaDecays = List.copyOf(emaDecays);
    Check.that(
        emaDecays.size() >= 1
            && emaDecays.size() <= MAX_AVERAGES
            && emaDecays.stream().distinct().count() == emaDecays.size(),
        "emaDecay",
        emaDecays,
        "1 to " + MAX_AVERAGES + " different ones");
    emaDecays.forEach(d -> Check.that(d >= 0 && d < 1, "emaDecay", d, "in [0, 1)"));
    Check.that(
        shares != Shares.FIXED || sums.orElse(Wire.FLOAT32) == Wire.FLOAT32,
        "sums",
        sums.map(Wire::word).orElse(""),
        Wire.FLOAT32.word() + " with fixed shares");
  }

  /**
   * Creates the defaults: one batch per step, half a cosine at the end, one moving average, and all
   * parameters trained.
   */
  public TrainingConfig(
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
    this(
        steps,
        batchSize,
        1,
        learningRate,
        warmup,
        decay,
        Fall.COSINE,
        optimizer,
        clipNorm,
        List.of(emaDecay),
        emaWarmup,
        KeyPatterns.NONE,
        Optional.empty(),
        Activations.KEPT,
        Shares.BY_THREAD,
        Optional.empty(),
        compute,
        seed);
  }

  /** Returns AdamW with the customary constants, and a rate that falls from the warm-up on. */
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

  /** Returns these settings with another length, and with the warm-up and decay of {@link #of}. */
  public TrainingConfig withSteps(long newSteps) {
    return with(
        c -> {
          c.steps = newSteps;
          c.warmup = customaryWarmup(newSteps);
          c.decay = customaryDecay(newSteps);
        });
  }

  /** Returns the configuration with another decay, in steps at the end. */
  public TrainingConfig withDecay(long newDecay) {
    return with(c -> c.decay = newDecay);
  }

  /** Returns the configuration with another fall of the learning rate. */
  public TrainingConfig withFall(Fall newFall) {
    return with(c -> c.fall = newFall);
  }

  /** Returns the configuration with another batch size. */
  public TrainingConfig withBatchSize(int newBatchSize) {
    return with(c -> c.batchSize = newBatchSize);
  }

  /** Returns the configuration with another number of batches per step. */
  public TrainingConfig withAccumulate(int newAccumulate) {
    return with(c -> c.accumulate = newAccumulate);
  }

  /** Returns the configuration with another learning rate. */
  public TrainingConfig withLearningRate(double newLearningRate) {
    return with(c -> c.learningRate = newLearningRate);
  }

  /** Returns the configuration with another optimizer. */
  public TrainingConfig withOptimizer(Optimizer newOptimizer) {
    return with(c -> c.optimizer = newOptimizer);
  }

  /** Returns the configuration with other moving averages. */
  public TrainingConfig withEmaDecay(double... newEmaDecays) {
    return with(c -> c.emaDecays = Arrays.stream(newEmaDecays).boxed().toList());
  }

  /** Returns the configuration with other frozen parameters. */
  public TrainingConfig withFrozen(KeyPatterns newFrozen) {
    return with(c -> c.frozen = newFrozen);
  }

  /** Returns the configuration with low-rank updates. */
  public TrainingConfig withLowRank(LowRank newLowRank) {
    return with(c -> c.lowRank = Optional.of(newLowRank));
  }

  /** Returns the configuration with another treatment of activations. */
  public TrainingConfig withActivations(Activations newActivations) {
    return with(c -> c.activations = newActivations);
  }

  /** Returns the configuration with another division among processes. */
  public TrainingConfig withShares(Shares newShares) {
    return with(c -> c.shares = newShares);
  }

  /** Returns the configuration with another format of the gradients that processes exchange. */
  public TrainingConfig withSums(Wire newSums) {
    return with(c -> c.sums = Optional.of(newSums));
  }

  /** Returns the configuration with other settings of the computation. */
  public TrainingConfig withCompute(Compute newCompute) {
    return with(c -> c.compute = newCompute);
  }

  /** Returns the configuration with another seed. */
  public TrainingConfig withSeed(long newSeed) {
    return with(c -> c.seed = newSeed);
  }

  /** A mutable copy of the settings that can be changed. */
  private final class Change {
    long steps = TrainingConfig.this.steps;
    int batchSize = TrainingConfig.this.batchSize;
    int accumulate = TrainingConfig.this.accumulate;
    double learningRate = TrainingConfig.this.learningRate;
    long warmup = TrainingConfig.this.warmup;
    long decay = TrainingConfig.this.decay;
    Fall fall = TrainingConfig.this.fall;
    Optimizer optimizer = TrainingConfig.this.optimizer;
    List<Double> emaDecays = TrainingConfig.this.emaDecays;
    KeyPatterns frozen = TrainingConfig.this.frozen;
    Optional<LowRank> lowRank = TrainingConfig.this.lowRank;
    Activations activations = TrainingConfig.this.activations;
    Shares shares = TrainingConfig.this.shares;
    Optional<Wire> sums = TrainingConfig.this.sums;
    Compute compute = TrainingConfig.this.compute;
    long seed = TrainingConfig.this.seed;
  }

  private TrainingConfig with(Consumer<Change> change) {
    var c = new Change();
    change.accept(c);
    return new TrainingConfig(
        c.steps,
        c.batchSize,
        c.accumulate,
        c.learningRate,
        c.warmup,
        c.decay,
        c.fall,
        c.optimizer,
        clipNorm,
        c.emaDecays,
        emaWarmup,
        c.frozen,
        c.lowRank,
        c.activations,
        c.shares,
        c.sums,
        c.compute,
        c.seed);
  }

  private static long customaryWarmup(long steps) {
    return Math.min(500, steps / 10);
  }

  private static long customaryDecay(long steps) {
    return Math.max(1, steps - customaryWarmup(steps));
  }

  /** Returns the first step, counted from 0, at which the rate falls. */
  public long constantUntil() {
    return Math.max(warmup, steps - decay);
  }

  /** Returns the rate of a step, counted from 0: a linear warm-up, a constant, then its fall. */
  public double rate(long step) {
    if (step < warmup) {
      return learningRate * (step + 1) / warmup;
    }
    long constant = constantUntil();
    if (step < constant) {
      return learningRate;
    }
    double progress = Math.min(1, (double) (step - constant) / Math.max(1, steps - constant));
    double share = fall.curve.at(progress);
    Check.that(share >= 0 && share <= 1, fall + " at " + progress, share, "in [0, 1]");
    return learningRate * share;
  }

  /** Returns the format in which processes exchange gradients. */
  public Wire wire() {
    return sums.orElse(Wire.FLOAT32);
  }

  /** Returns the number of {@link Shares#FIXED} shares. */
  public int fixedShares() {
    return new RowGroups(batchSize).count();
  }

  /** Returns the rows of a batch that a process computes. */
  public RowRange share(int process, int processes) {
    Check.that(
        processes <= batchSize, "processes", processes, "at most " + batchSize + ", the batch");
    if (shares == Shares.BY_THREAD) {
      return RowRange.of(batchSize, process, processes);
    }
    var own = RowRange.ofTree(fixedShares(), process, processes);
    int rows = batchSize / fixedShares();
    return new RowRange(own.from() * rows, own.to() * rows);
  }

  /** Returns samples per step. */
  public long samplesPerStep() {
    return (long) batchSize * accumulate;
  }

  /** Returns the kinds of tensors kept for a parameter; for a frozen one, its weights only. */
  public List<Role> roles(Parameter parameter) {
    return isFrozen(parameter)
        ? List.of(Role.WEIGHTS)
        : Stream.concat(
                Stream.of(Role.WEIGHTS, Role.ADAM_M, Role.ADAM_V),
                Role.AVERAGES.stream().limit(emaDecays.size()))
            .toList();
  }

  /** Whether a parameter is not trained. */
  public boolean isFrozen(Parameter parameter) {
    return frozen.matches(parameter.key())
        || (lowRank.isPresent() && !LowRank.isUpdate(parameter.key()));
  }

  /** Returns the notes on the training for the files of the weights. */
  public Map<String, String> notes() {
    return Map.of(
        "diffusion4j.steps", Long.toString(steps),
        "diffusion4j.batch_size", Long.toString(samplesPerStep()),
        "diffusion4j.learning_rate", Double.toString(learningRate),
        "diffusion4j.optimizer", optimizer.name(),
        "diffusion4j.seed", Long.toString(seed));
  }

  /**
   * Returns the decay of a moving average after a step, counted from 0.
   *
   * @param average the index of its decay
   */
  public double ema(int average, long step) {
    double decay = emaDecays.get(average);
    return switch (emaWarmup) {
      case NONE -> decay;
      case RISING -> Math.min(decay, (1.0 + step) / (10.0 + step));
      case POWER -> step == 0 ? 0 : Math.min(decay, 1 - Math.pow(1.0 + step, -0.75));
    };
  }
}
