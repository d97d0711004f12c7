package io.diffusion4j.diffusion.guidance;

/**
 * A condition with guidance by the gradient of a second model, the guide.
 *
 * @param condition the condition of the network
 * @param target the target of the guide
 * @param scale s, the factor of the gradient, at least 0; at 0 the guide is not called
 */
public record GradientGuidance<C, Y>(C condition, Y target, GuidanceScale scale) {
  /** Guides with the same scale at all times. */
  public GradientGuidance(C condition, Y target, double scale) {
    this(condition, target, GuidanceScale.constant(scale));
  }
}
