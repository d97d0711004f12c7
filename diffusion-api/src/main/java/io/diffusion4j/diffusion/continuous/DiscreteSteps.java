package io.diffusion4j.diffusion.continuous;

/**
 * The steps of a discrete process, from 0 at the data to n − 1 at the noise, and the reverse of
 * each.
 */
public interface DiscreteSteps {
  /** Returns the reverse of step i by reverse diffusion (Y. Song et al. 2021, app. E). */
  ReverseStep reverseDiffusion(int i);

  /**
   * Returns the reverse of step i by ancestral sampling (Y. Song et al. 2021, app. F).
   *
   * @throws IllegalArgumentException if this process has none
   */
  ReverseStep ancestral(int i);

  /**
   * Computes α_i, by which published Langevin correctors multiply their step sizes; 1 for a process
   * whose signal does not fade.
   *
   * @throws IllegalArgumentException if this process has none
   */
  double alpha(int i);
}
