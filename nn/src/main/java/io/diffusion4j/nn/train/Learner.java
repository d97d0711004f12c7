package io.diffusion4j.nn.train;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.weights.NamedTensors;
import io.diffusion4j.nn.weights.Parameter;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a {@link TrainingEngine} trains an objective with: the weights, the optimizer's moments, and
 * one step of the {@link Optimizer} with gradient clipping and a moving average of the weights.
 *
 * <p>For one thread. Its memory is held until {@link #close}.
 */
public interface Learner extends AutoCloseable {
  /** What is kept for each parameter, as it is named in saved states. */
  enum Role {
    WEIGHTS,
    ADAM_M,
    ADAM_V,
    /** The moving average with the first of the decays. */
    EMA,
    /** That with the second. */
    EMA_2,
    /** That with the third. */
    EMA_3;

    /** The moving averages in the order of their decays. */
    public static final List<Role> AVERAGES = List.of(EMA, EMA_2, EMA_3);

    /** The name of a parameter's tensor. */
    public String key(String parameter) {
      return name().toLowerCase(Locale.ROOT) + "." + parameter;
    }
  }

  /** What is trained, in the order in which the networks ask for it. */
  List<Parameter> parameters();

  /**
   * Makes a step by the mean of the gradients of some batches, all of the configuration's size. If
   * a loss or the gradient is not finite, the weights are void afterwards.
   *
   * @param batches as many as the configuration has per step
   * @param step how many were made before
   */
  Trainer.Report step(List<Batch> batches, long step);

  /** The loss of a batch of the configuration's size; nothing moves. */
  LossNetwork.Value evaluate(Batch batch);

  /** Timestep and loss of each sample of the last step, {@code [B, 2]}; empty if there are none. */
  float[] timestepLosses();

  /**
   * Copies of the tensors of these roles, of the parameters that have them ({@link
   * TrainingConfig#roles}), in checkpoints' order of axes.
   */
  NamedTensors read(Set<Role> roles);

  /** Sets tensors, which are among those of {@link #read}. */
  void fill(NamedTensors tensors);

  @Override
  void close();
}
