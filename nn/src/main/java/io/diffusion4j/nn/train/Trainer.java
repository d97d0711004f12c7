package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.Learner.Role;
import io.diffusion4j.nn.weights.NamedTensors;
import io.diffusion4j.nn.weights.Parameter;
import io.diffusion4j.nn.weights.TensorMap;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * An objective with its weights and optimizer state, and how many steps were made: one call is one
 * step of the {@link Optimizer} with gradient clipping and a moving average of the weights. The
 * fastest engine that can trains it ({@link Learners}); states are the same whichever does.
 *
 * <p>For one thread. The native memory is held until {@link #close}.
 */
public final class Trainer implements AutoCloseable {
  /**
   * What a step did.
   *
   * @param loss of the batch, before the step
   * @param gradientNorm before clipping
   * @param learningRate of the step
   * @param metrics the objective's
   */
  public record Report(
      double loss, double gradientNorm, double learningRate, Map<String, Double> metrics) {}

  private final Learner learner;
  private final List<Parameter> parameters;
  private long step;

  /** Makes everything ready and initialises the weights from the configuration's seed. */
  public Trainer(Objective objective, TrainingConfig config) {
    this(Learners.of(objective, config), config.seed());
  }

  /** Initialises the weights of a learner, which it owns from now on. */
  Trainer(Learner learner, long seed) {
    this.learner = learner;
    this.parameters = learner.parameters();
    var random = new SplittableRandom(seed);
    var values = new TensorMap();
    for (Parameter p : parameters) {
      float[] initial = p.init().values(p.shape(), random.split());
      values.put(Role.WEIGHTS.key(p.key()), p.shape(), initial);
      values.put(Role.EMA.key(p.key()), p.shape(), initial);
      values.put(Role.ADAM_M.key(p.key()), p.shape(), new float[p.size()]);
      values.put(Role.ADAM_V.key(p.key()), p.shape(), new float[p.size()]);
    }
    learner.fill(values);
  }

  /** How many steps were made, over all sessions of a resumed run. */
  public long step() {
    return step;
  }

  /**
   * Makes one step.
   *
   * @throws DivergedException if the loss or the gradient is not finite; the weights are then void
   */
  public Report step(Batch batch) {
    var report = learner.step(batch, step);
    if (!Double.isFinite(report.loss()) || !Double.isFinite(report.gradientNorm())) {
      throw new DivergedException(step, report.loss(), report.gradientNorm());
    }
    step++;
    return report;
  }

  /** Timestep and loss of each sample of the last step, {@code [B, 2]}. */
  float[] timestepLosses() {
    float[] losses = learner.timestepLosses();
    if (losses.length == 0) {
      throw new IllegalStateException("timesteps: none (expected: in the objective's loss)");
    }
    return losses;
  }

  /** A copy of the moving average of the weights, what a finished model consists of. */
  public NamedTensors averagedWeights() {
    return snapshot(Role.EMA);
  }

  /** A copy of the weights as they are. */
  public NamedTensors weights() {
    return snapshot(Role.WEIGHTS);
  }

  private NamedTensors snapshot(Role role) {
    var read = learner.read(Set.of(role));
    var tensors = new TensorMap();
    parameters.forEach(p -> tensors.put(p.key(), p.shape(), read.read(role.key(p.key()))));
    return tensors;
  }

  /** A copy of everything that {@link #restore} needs. */
  NamedTensors state() {
    return learner.read(EnumSet.allOf(Role.class));
  }

  /**
   * Goes back to a state, so that the next step is the one that followed it.
   *
   * @throws IllegalArgumentException if the state is of another objective; nothing has changed then
   */
  void restore(NamedTensors saved, long atStep) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (Role role : Role.values()) {
      parameters.forEach(p -> shapes.put(role.key(p.key()), p.shape()));
    }
    if (!saved.names().equals(shapes.keySet())) {
      throw new IllegalArgumentException(
          "tensors: "
              + saved.names().size()
              + " (expected: the "
              + shapes.size()
              + " of this objective)");
    }
    shapes.forEach(
        (key, shape) -> {
          if (!Arrays.equals(saved.shape(key), shape)) {
            throw new IllegalArgumentException(
                key
                    + ": "
                    + Arrays.toString(saved.shape(key))
                    + " (expected: "
                    + Arrays.toString(shape)
                    + ")");
          }
        });
    learner.fill(saved);
    step = atStep;
  }

  /**
   * Starts from the weights of another run; moments and step stay as they are.
   *
   * @throws IllegalArgumentException if the names or shapes are not those of this objective
   */
  public void startFrom(NamedTensors weights) {
    var values = new TensorMap();
    for (Parameter p : parameters) {
      boolean isThere = weights.names().contains(p.key());
      Check.that(
          isThere && Arrays.equals(weights.shape(p.key()), p.shape()),
          p.key() + " of the weights to start from",
          isThere ? Arrays.toString(weights.shape(p.key())) : "missing",
          "%s",
          Arrays.toString(p.shape()));
      float[] initial = weights.read(p.key());
      values.put(Role.WEIGHTS.key(p.key()), p.shape(), initial);
      values.put(Role.EMA.key(p.key()), p.shape(), initial);
    }
    learner.fill(values);
  }

  /** The number of trained values. */
  public long parameters() {
    return parameters.stream().mapToLong(Parameter::size).sum();
  }

  @Override
  public void close() {
    learner.close();
  }
}
