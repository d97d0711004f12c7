package io.diffusion4j.diffusion.guidance;

/**
 * A condition with classifier-free guidance (Ho &amp; Salimans 2022).
 *
 * @param conditional the condition to move towards
 * @param unconditional the condition to move away from
 * @param scale the factor of the difference between the conditional and the unconditional
 *     prediction, at least 0; 1 is the conditional model itself
 * @param path how the two are combined along one trajectory; not shared between trajectories
 */
public record Guidance<C>(C conditional, C unconditional, GuidanceScale scale, GuidedPath path) {
  /** Guides by plain classifier-free guidance. */
  public Guidance(C conditional, C unconditional, GuidanceScale scale) {
    this(conditional, unconditional, scale, Guider.PLAIN.begin());
  }

  /** Guides with the same scale at all times. */
  public Guidance(C conditional, C unconditional, double scale) {
    this(conditional, unconditional, GuidanceScale.constant(scale));
  }
}
