package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.LossNetwork;
import io.diffusion4j.nn.train.SplitObjective;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.RowRange;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.WorkerPool;
import io.diffusion4j.onednn.tape.SharedTapes;
import io.diffusion4j.onednn.tape.TrainableParameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A loss of all rows together, on one tape. Each process computes it from the gathered outputs of
 * all networks.
 */
final class JointLoss {
  private final SplitObjective split;
  private final SharedTapes tape;
  private final Group group;
  private final RowRange share;
  private final int rows;
  private final List<TrainableParameter> parameters = new ArrayList<>();

  /** Compiles the loss on a thread of the team. */
  JointLoss(
      SplitObjective split,
      WorkerPool team,
      Scope scope,
      TrainingConfig config,
      Group group,
      Function<String, TrainableParameter> parameters) {
    this.split = split;
    this.group = group;
    share = config.share(group.rank(), group.size());
    rows = config.batchSize();
    tape =
        SharedTapes.compile(
            team,
            scope,
            split.head(),
            rows,
            1,
            DataType.FLOAT32,
            Activations.KEPT,
            parameters,
            Set.copyOf(split.joints()),
            1);
    split.head().parameters().keySet().forEach(key -> this.parameters.add(parameters.apply(key)));
  }

  /** Whether it reads inputs of the batch. */
  boolean readsBatch() {
    return !split.inputsOfHead().isEmpty();
  }

  /**
   * Computes the loss.
   *
   * @param network the outputs of this process's rows
   */
  LossNetwork.Value forward(LossNetwork objective, Batch batch, SharedTapes network) {
    var read = readsBatch() ? batch.only(split.inputsOfHead()) : new Batch(rows);
    for (int i = 0; i < split.joints().size(); i++) {
      read.floats(split.joints().get(i), group.gather(network.output(i), share, rows));
    }
    tape.forward(read);
    return objective.value(tape::output);
  }

  /** Computes the gradients of its parameters, and returns those of the network's outputs. */
  List<float[]> backward() {
    tape.backward(List.of(new float[] {1}));
    if (!group.isFirst()) { // one process has the whole gradient
      parameters.forEach(TrainableParameter::dropGradients);
    }
    return split.joints().stream().map(this::own).toList();
  }

  /** Returns the gradient of this process's rows. */
  private float[] own(String joint) {
    float[] all = tape.gradient(joint);
    int size = all.length / rows;
    return Arrays.copyOfRange(all, share.from() * size, share.to() * size);
  }
}
