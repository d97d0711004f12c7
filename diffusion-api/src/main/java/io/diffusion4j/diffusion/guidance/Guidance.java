package io.diffusion4j.diffusion.guidance;

/**
 * A condition with classifier-free guidance (Ho &amp; Salimans 2022).
 *
 * @param conditional what is asked for
 * @param unconditional what is moved away from
 * @param scale how far to go from the unconditional answer towards the conditional one, at least 0;
 *     1 is the conditional model itself
 */
public record Guidance<C>(C conditional, C unconditional, GuidanceScale scale) {
  /** With the same scale at all times. */
  public Guidance(C conditional, C unconditional, double scale) {
    this(conditional, unconditional, GuidanceScale.constant(scale));
  }
}
