package io.diffusion4j.diffusion.guidance;

/**
 * What becomes of the guidance scale that a request asks for: the place to guide only at some noise
 * levels, or to let the scale grow.
 *
 * <pre>{@code
 * GuidanceRule early = (stage, asked) -> new GuidanceInterval(asked, 300, 999);
 * }</pre>
 */
@FunctionalInterface
public interface GuidanceRule {
  /** Guides as asked. */
  GuidanceRule AS_ASKED = (stage, asked) -> asked;

  /**
   * The scale that is used.
   *
   * @param stage the name of a stage with guidance
   * @param asked the scale of the settings
   */
  GuidanceScale of(String stage, GuidanceScale asked);
}
