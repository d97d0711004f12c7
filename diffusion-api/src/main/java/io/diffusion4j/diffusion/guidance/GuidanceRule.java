package io.diffusion4j.diffusion.guidance;

/**
 * Replaces the guidance scale of a request, for example to guide at some noise levels only, or to
 * let the scale grow.
 *
 * <pre>{@code
 * GuidanceRule early = (stage, asked) -> new GuidanceInterval(asked, 300, 999);
 * }</pre>
 */
@FunctionalInterface
public interface GuidanceRule {
  /** Keeps the requested scale. */
  GuidanceRule AS_ASKED = (stage, asked) -> asked;

  /**
   * Returns the scale to use.
   *
   * @param stage the name of a stage with guidance
   * @param asked the scale of the settings
   */
  GuidanceScale of(String stage, GuidanceScale asked);
}
