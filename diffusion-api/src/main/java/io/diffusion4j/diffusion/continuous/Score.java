package io.diffusion4j.diffusion.continuous;

/** The score ∇ₓ ln p_t(x): the direction in which the noisy sample becomes more likely. */
@FunctionalInterface
public interface Score {
  /**
   * Returns the score at a sample and a time.
   *
   * @param x the sample; not modified
   * @return a new array of its length
   */
  double[] at(double[] x, double t);
}
