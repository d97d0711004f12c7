package io.diffusion4j.nn.train;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * An objective with a loss of the whole batch instead of a mean over samples, such as a contrastive
 * loss. The loss depends on small features of each sample, so steps remain exact for batches that
 * exceed the memory ({@link CachedFeatures}).
 */
public interface FeatureObjective extends Objective {
  /**
   * Defines the features of the samples.
   *
   * @param nn the root of the weights that are trained
   * @param inputs declares the contents of a batch
   * @return numbers {@code [B, …]}, a row for each sample, which depends on that sample alone
   */
  List<Tensor> features(Nn nn, Inputs inputs);

  /**
   * Defines the loss of the features of a batch. It has no parameters: one that it needs is a
   * feature, the same in each row.
   */
  Loss loss(Nn nn, List<Tensor> features);

  @Override
  default Loss define(Nn nn, Inputs inputs) {
    return loss(nn, features(nn, inputs));
  }
}
