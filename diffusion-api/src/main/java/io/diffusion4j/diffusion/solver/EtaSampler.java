package io.diffusion4j.diffusion.solver;

import io.diffusion4j.diffusion.sampling.Sampler;

/** A sampler with a parameter η for the share of the posterior's noise that each step adds. */
public interface EtaSampler extends Sampler {
  /**
   * Returns the same sampler with this η.
   *
   * @param eta 0 is deterministic; 1 is the DDPM posterior
   * @throws IllegalArgumentException if it is not in [0, 1]
   */
  Sampler withEta(double eta);
}
