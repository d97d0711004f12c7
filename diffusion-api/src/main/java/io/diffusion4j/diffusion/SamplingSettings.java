package io.diffusion4j.diffusion;

import io.diffusion4j.diffusion.sampling.Sampler;

/**
 * How a stage is to sample.
 *
 * @param sampler the method
 * @param steps how many steps of the training schedule are kept, at least 1
 * @param guidanceScale the classifier-free guidance scale, at least 0; 1 is the plain conditional
 *     model, which asks the network half as much. Stages without guidance ignore it.
 */
public record SamplingSettings(Sampler sampler, int steps, GuidanceScale guidanceScale) {
  public SamplingSettings {
    if (steps < 1) {
      throw new IllegalArgumentException("steps: " + steps + " (expected: ≥ 1)");
    }
  }

  /** With the same guidance scale at all times. */
  public SamplingSettings(Sampler sampler, int steps, double guidanceScale) {
    this(sampler, steps, GuidanceScale.constant(guidanceScale));
  }

  /** The same with another sampler. */
  public SamplingSettings withSampler(Sampler other) {
    return new SamplingSettings(other, steps, guidanceScale);
  }
}
