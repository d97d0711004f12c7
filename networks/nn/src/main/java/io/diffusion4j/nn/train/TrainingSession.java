package io.diffusion4j.nn.train;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.weights.Parameter;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The state of a training in a {@link TrainingEngine}: the weights, the optimizer's moments, and
 * one step of the {@link Optimizer} with gradient clipping and a moving average of the weights.
 *
 * <p>Owned by one thread. Its memory is held until {@link #close}.
 */
public interface TrainingSession extends AutoCloseable {
  /** The kinds of tensors kept for each parameter, with their names in saved states. */
  enum Role {
    WEIGHTS,
    ADAM_M,
    ADAM_V,
    /** The moving average with the first of the decays. */
    EMA,
    /** The moving average with the second of the decays. */
    EMA_2,
    /** The moving average with the third of the decays. */
    EMA_3;

    /** The moving averages in the order of their decays. */
    public static final List<Role> AVERAGES = List.of(EMA, EMA_2, EMA_3);

    /** Returns the name of a parameter's tensor. */
    public String key(String parameter) {
      return name().toLowerCase(Locale.ROOT) + "." + parameter;
    }
  }

  /** Returns the trained parameters, in the order of the network. */
  List<Parameter> parameters();

  /**
   * Makes a step by the mean of the gradients of some batches, all of the configured size. If a
   * loss or the gradient is not finite, the weights are invalid afterwards.
   *
   * @param batches the configured number per step, each whole or with the rows of this process
   * @param step the number of steps before this one
   */
  Trainer.Report step(List<Batch> batches, long step);

  /**
   * Returns the loss of a batch of the configured size, without a step. In a group, all processes
   * evaluate together.
   */
  LossNetwork.Value evaluate(Batch batch);

  /** Whether a process also needs the rows of the other processes in its batches. */
  default boolean needsAllRows() {
    return false;
  }

  /**
   * Returns the timestep and loss of each sample of the last step, {@code [B, 2]}; empty if there
   * are none.
   */
  float[] timestepLosses();

  /**
   * Brings moments that other processes have into this one. In a group, all processes call it
   * together before {@link #read} of moments.
   */
  default void gather() {}

  /**
   * Returns copies of the tensors of these roles, for the parameters that have them ({@link
   * TrainingConfig#roles}), in checkpoints' order of axes.
   */
  TensorSource read(Set<Role> roles);

  /** Sets tensors, which are among those of {@link #read}. */
  void fill(TensorSource tensors);

  @Override
  void close();
}
