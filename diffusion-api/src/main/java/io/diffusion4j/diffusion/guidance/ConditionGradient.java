package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.denoiser.Query;
import java.util.List;

/**
 * Which way a sample becomes more like what is asked for: ∇ log p(y | x_t) with respect to x_t, of
 * a model that has learned to judge noisy samples. For a classifier y is a class (Dhariwal &amp;
 * Nichol 2021, §4); for a noised CLIP it is a caption, and log p is the scaled dot product of the
 * embeddings (Nichol et al. 2021, §2.4).
 *
 * @param <Y> what is asked for
 */
@FunctionalInterface
public interface ConditionGradient<Y> {
  /**
   * The gradient at each query's sample and time.
   *
   * <p>A model sums the log-probabilities of the rows and differentiates once: each row's gradient
   * is its own, whatever the rows beside it.
   *
   * @return a new array of the size of {@code xt} for each query, in order
   */
  List<float[]> at(List<Query<Y>> queries);
}
