package io.diffusion4j.nn.train;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * An objective whose loss is of a whole batch, not a mean over its samples: a contrastive one. The
 * loss reads little of each sample, its features, so that the steps of a batch that is too large
 * for the memory are still exact ({@link CachedFeatures}).
 */
public interface FeatureObjective extends Objective {
  /**
   * Defines the features of the samples.
   *
   * @param nn the root of the weights that are trained
   * @param inputs declares what a batch holds
   * @return numbers {@code [B, …]}, a row for each sample, which depends on that sample alone
   */
  List<Tensor> features(Nn nn, Inputs inputs);

  /**
   * Defines the loss of the features of a batch. Its own parameters, if any, are {@link
   * Nn#parameter}s.
   */
  Loss loss(Nn nn, List<Tensor> features);

  @Override
  default Loss define(Nn nn, Inputs inputs) {
    return loss(nn, features(nn, inputs));
  }
}
