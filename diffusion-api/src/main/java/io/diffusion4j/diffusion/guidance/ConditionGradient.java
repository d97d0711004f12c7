package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.denoiser.Query;
import java.util.List;

/**
 * The gradient that moves a sample towards a target: ∇ log p(y | x_t) with respect to x_t, of a
 * model that is trained on noisy samples. For a classifier y is a class (Dhariwal &amp; Nichol
 * 2021, §4); for a noised CLIP it is a caption, and log p is the scaled dot product of the
 * embeddings (Nichol et al. 2021, §2.4).
 *
 * @param <Y> the type of the target
 */
@FunctionalInterface
public interface ConditionGradient<Y> {
  /**
   * Returns the gradient at each query's sample and time.
   *
   * <p>A model sums the log-probabilities of the rows and differentiates once, so the gradient of a
   * row does not depend on the other rows.
   *
   * @return a new array of the size of {@code xt} for each query, in order
   */
  List<float[]> at(List<Query<Y>> queries);
}
