package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.process.Parameterization;
import java.util.List;

/**
 * A network that has learned to undo noise.
 *
 * <p>Each query has its own timestep and condition, and its answer does not depend on the queries
 * asked with it. This is the only place where sampling meets a network, and so the place to wrap:
 * guidance and batching are denoisers around a denoiser.
 *
 * @param <C> what a sample is conditioned on
 */
public interface Denoiser<C> {
  /** What the answers mean: the noise, the clean sample, or v. */
  Parameterization parameterization();

  /**
   * Answers each query, in order.
   *
   * @throws IllegalArgumentException if a query does not fit the network
   */
  List<Prediction> predict(List<Query<C>> queries);
}
