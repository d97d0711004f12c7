package io.diffusion4j.diffusion.guidance;

/**
 * A condition with guidance by the gradient of a judge.
 *
 * @param condition what the network is told
 * @param target what the judge is told
 * @param scale s, the factor of the gradient, at least 0; 0 asks the judge nothing
 */
public record GradientGuidance<C, Y>(C condition, Y target, GuidanceScale scale) {
  /** With the same scale at all times. */
  public GradientGuidance(C condition, Y target, double scale) {
    this(condition, target, GuidanceScale.constant(scale));
  }
}
