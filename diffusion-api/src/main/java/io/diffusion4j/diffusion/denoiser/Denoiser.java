package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.process.Parameterization;
import java.util.List;

/**
 * A network that is trained to remove noise.
 *
 * <p>Each query has its own timestep and condition, and its prediction does not depend on the other
 * queries of the call. Samplers use networks through this interface only, so wrap it to change
 * them: guidance and batching are denoisers around a denoiser.
 *
 * @param <C> the type of the conditions
 */
public interface Denoiser<C> {
  /** Returns the meaning of the network's output: the noise, the clean sample, or v. */
  Parameterization parameterization();

  /**
   * Returns a prediction for each query, in order.
   *
   * @throws IllegalArgumentException if a query does not fit the network
   */
  List<Prediction> predict(List<Query<C>> queries);
}
