package io.diffusion4j.tf.train;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.nn.Nn;
import java.util.List;

/**
 * The loss of a denoiser over batches of {@link NoisedBatch}: {@link DiffusionLoss}, with a learned
 * variance {@linkplain VarianceRange kept in range}.
 */
public interface DenoisingObjective extends Objective {
  /** From the noisy sample and all that it is told to the prediction and, if learned, variance. */
  Network network();

  /** The axes of a sample without the batch. */
  List<Long> sample();

  @Override
  default Loss build(Nn nn, Inputs inputs) {
    long[] axes = sample().stream().mapToLong(Long::longValue).toArray();
    return VarianceRange.graph(nn, inputs, network().build(nn, inputs), axes);
  }
}
