package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.TrainingSession.Role;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.RowRange;
import io.diffusion4j.nn.weights.Parameter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;

/**
 * An objective with its weights, optimizer state and step count. One call makes one step of the
 * {@link Optimizer} with gradient clipping and a moving average of the weights. {@link Learners}
 * picks the engine; states are the same for all engines.
 *
 * <p>Owned by one thread. The native memory is held until {@link #close}.
 */
public final class Trainer implements AutoCloseable {
  /**
   * The report of a step.
   *
   * @param loss the loss of the batch, before the step
   * @param gradientNorm the gradient norm before clipping
   * @param learningRate the learning rate of the step
   * @param metrics the objective's
   */
  public record Report(
      double loss, double gradientNorm, double learningRate, Map<String, Double> metrics) {}

  private final TrainingSession learner;
  private final Dropouts dropouts;
  private final TrainingConfig config;
  private final List<Parameter> parameters;
  private final Group group;
  private long step;

  /**
   * Creates a trainer and initialises the weights from the configured seed.
   *
   * @throws IllegalArgumentException if a pattern of frozen parameters selects none
   */
  public Trainer(Objective objective, TrainingConfig config) {
    this(objective, config, Group.alone());
  }

  /**
   * Creates a trainer in a group of processes, all of which create the same one.
   *
   * @param group is not closed with the trainer
   */
  public Trainer(Objective objective, TrainingConfig config, Group group) {
    this.dropouts = Dropouts.of(objective, config);
    this.group = group;
    this.config = config;
    this.learner = Learners.of(objective, config, group);
    this.parameters = learner.parameters();
    var random = new SplittableRandom(config.seed());
    var values = new TensorMap();
    for (Parameter p : parameters) {
      put(values, p, p.init().values(p.shape(), random.split()), true);
    }
    learner.fill(values);
  }

  /** Adds the initial tensors of a parameter, with or without its moments. */
  private void put(TensorMap values, Parameter p, float[] initial, boolean moments) {
    for (Role role : config.roles(p)) {
      boolean isMoment = role == Role.ADAM_M || role == Role.ADAM_V;
      if (moments || !isMoment) {
        values.put(role.key(p.key()), p.shape(), isMoment ? new float[p.size()] : initial);
      }
    }
  }

  /** Returns the processes that train together. */
  public Group group() {
    return group;
  }

  /** Returns the number of steps done, over all sessions of a resumed run. */
  public long step() {
    return step;
  }

  /**
   * Makes one step.
   *
   * @param batches the configured number per step, each of the configured size
   * @throws DivergedException if the loss or the gradient is not finite; the weights are invalid
   *     then
   */
  public Report step(Batch... batches) {
    Check.that(
        batches.length == config.accumulate(),
        "batches",
        batches.length,
        "%s",
        config.accumulate());
    for (int i = 0; i < batches.length; i++) {
      dropouts.fill(batches[i], step, (long) i * config.batchSize() + firstRow(batches[i]));
    }
    var report = learner.step(List.of(batches), step);
    if (!Double.isFinite(report.loss()) || !Double.isFinite(report.gradientNorm())) {
      throw new DivergedException(step, report.loss(), report.gradientNorm());
    }
    step++;
    return report;
  }

  /**
   * Returns the loss of a batch of the configured size with the current weights, without a step.
   */
  public LossNetwork.Value evaluate(Batch batch) {
    dropouts.fillWithoutDropping(batch);
    return learner.evaluate(batch);
  }

  /** Returns the number of the first row of a batch that has those of this process, or all. */
  private int firstRow(Batch batch) {
    return batch.rows() == share().count() ? share().from() : 0;
  }

  /** Returns the rows of a batch that this process needs. */
  RowRange share() {
    return learner.needsAllRows()
        ? new RowRange(0, config.batchSize())
        : config.share(group.rank(), group.size());
  }

  /** Returns the timestep and loss of each sample of the last step, {@code [B, 2]}. */
  float[] timestepLosses() {
    float[] losses = learner.timestepLosses();
    if (losses.length == 0) {
      throw new IllegalStateException("timesteps: none (expected: in the objective's loss)");
    }
    return losses;
  }

  /**
   * Returns a copy of the moving average of the weights, which is the finished model; with several
   * averages, the first.
   */
  public TensorSource averagedWeights() {
    return snapshot(Role.EMA);
  }

  /** Returns a copy of the current weights. */
  public TensorSource weights() {
    return snapshot(Role.WEIGHTS);
  }

  private TensorSource snapshot(Role role) {
    var read = learner.read(EnumSet.of(role, Role.WEIGHTS));
    var tensors = new TensorMap();
    for (Parameter p : parameters) {
      Role own = config.isFrozen(p) ? Role.WEIGHTS : role;
      tensors.put(p.key(), p.shape(), read.read(own.key(p.key())));
    }
    return tensors;
  }

  /**
   * Brings the state of all processes into this one, for {@link #state}; all processes of a group
   * call it together.
   */
  void gather() {
    learner.gather();
  }

  /** Returns a copy of the state for {@link #restore}, without frozen parameters. */
  TensorSource state() {
    var all = learner.read(EnumSet.allOf(Role.class));
    var state = new TensorMap();
    forEachKept((key, p) -> state.put(key, p.shape(), all.read(key)));
    return state;
  }

  private void forEachKept(BiConsumer<String, Parameter> action) {
    for (Role role : Role.values()) {
      for (Parameter p : parameters) {
        if (!config.isFrozen(p) && config.roles(p).contains(role)) {
          action.accept(role.key(p.key()), p);
        }
      }
    }
  }

  /** Returns a checksum of the frozen parameters; empty if there are none. */
  Optional<String> fixed() {
    if (parameters.stream().noneMatch(config::isFrozen)) {
      return Optional.empty();
    }
    var weights = learner.read(Set.of(Role.WEIGHTS));
    var sum = new CRC32C();
    for (Parameter p : parameters) {
      if (config.isFrozen(p)) {
        float[] values = weights.read(Role.WEIGHTS.key(p.key()));
        var bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        sum.update(bytes);
      }
    }
    return Optional.of(Long.toHexString(sum.getValue()));
  }

  /**
   * Restores a state.
   *
   * @throws IllegalArgumentException if the state belongs to another objective; the trainer is
   *     unchanged then
   */
  void restore(TensorSource saved, long atStep) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    forEachKept((key, p) -> shapes.put(key, p.shape()));
    Check.that(
        saved.names().equals(shapes.keySet()),
        "tensors",
        saved.names().size(),
        "the %s of this objective",
        shapes.size());
    shapes.forEach(
        (key, shape) ->
            Check.that(
                Arrays.equals(saved.shape(key), shape),
                key,
                Arrays.toString(saved.shape(key)),
                "%s",
                Arrays.toString(shape)));
    learner.fill(saved);
    step = atStep;
  }

  /**
   * Sets the weights to those of another run; moments and step count do not change.
   *
   * @throws IllegalArgumentException if the names or shapes are not those of this objective
   */
  public void startFrom(TensorSource weights) {
    var values = new TensorMap();
    for (Parameter p : parameters) {
      boolean isThere = weights.names().contains(p.key());
      if (!isThere && LowRank.isAdded(p.key())) {
        continue; // the weights are those of the network without updates
      }
      Check.that(
          isThere && Arrays.equals(weights.shape(p.key()), p.shape()),
          p.key() + " of the weights to start from",
          isThere ? Arrays.toString(weights.shape(p.key())) : "missing",
          "%s",
          Arrays.toString(p.shape()));
      put(values, p, weights.read(p.key()), false);
    }
    learner.fill(values);
  }

  /** Returns the number of trained values. */
  public long parameters() {
    return parameters.stream().filter(p -> !config.isFrozen(p)).mapToLong(Parameter::size).sum();
  }

  @Override
  public void close() {
    learner.close();
  }
}
