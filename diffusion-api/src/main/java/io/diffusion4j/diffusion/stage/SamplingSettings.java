package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.Guider;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import java.util.Optional;

/**
 * The settings of a stage's sampling.
 *
 * @param sampler the method
 * @param steps the number of timesteps, at least 1
 * @param guidanceScale the classifier-free guidance scale, at least 0; 1 is the plain conditional
 *     model, which needs half the network calls. A stage without guidance accepts 1 only
 * @param spacing the spacing of timesteps; empty for the stage's default
 * @param treatment the treatment of each x̂₀; empty for the stage's default
 * @param guide the name of a gradient guide, with the guidance scale as its factor; empty for
 *     classifier-free guidance
 * @param size the size of the images, for a stage that draws more than one; empty for the stage's
 *     own
 * @param reuse in how many steps in a row a U-Net computes its deep levels once, at least 1; 1 for
 *     every step
 * @param guider how classifier-free guidance combines its two predictions
 * @param others the values of settings that only the pipelines of some models read
 */
public record SamplingSettings(
    Sampler sampler,
    int steps,
    GuidanceScale guidanceScale,
    Optional<TimestepSpacing> spacing,
    Optional<Thresholding> treatment,
    Optional<String> guide,
    Optional<Pixels> size,
    int reuse,
    Guider guider,
    StageSetting.Values others) {
  public SamplingSettings {
    Check.that(reuse >= 1, "reuse", reuse, "≥ 1");
    Check.that(steps >= 1, "steps", steps, "≥ 1");
  }

  /** Refuses to plan. */
  private static final Sampler NONE =
      (schedule, timesteps) -> {
        throw Check.refusal("sampler", "none", "one, to denoise");
      };

  /** Creates settings for a stage with a fixed number of steps and no sampler. */
  public static SamplingSettings withoutSampler(double guidanceScale) {
    return new SamplingSettings(NONE, 1, guidanceScale);
  }

  /** Creates settings for images of the stage's own size. */
  public SamplingSettings(
      Sampler sampler,
      int steps,
      GuidanceScale guidanceScale,
      Optional<TimestepSpacing> spacing,
      Optional<Thresholding> treatment,
      Optional<String> guide) {
    this(
        sampler,
        steps,
        guidanceScale,
        spacing,
        treatment,
        guide,
        Optional.empty(),
        1,
        Guider.PLAIN,
        StageSetting.Values.NONE);
  }

  /** Creates settings with the default spacing and treatment of the stage. */
  public SamplingSettings(Sampler sampler, int steps, GuidanceScale guidanceScale) {
    this(sampler, steps, guidanceScale, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Creates settings with one guidance scale at all times. */
  public SamplingSettings(Sampler sampler, int steps, double guidanceScale) {
    this(sampler, steps, GuidanceScale.constant(guidanceScale));
  }

  /** Returns these settings with another sampler. */
  public SamplingSettings withSampler(Sampler other) {
    return new SamplingSettings(
        other, steps, guidanceScale, spacing, treatment, guide, size, reuse, guider, others);
  }

  /** Returns these settings with another number of steps. */
  public SamplingSettings withSteps(int other) {
    return new SamplingSettings(
        sampler, other, guidanceScale, spacing, treatment, guide, size, reuse, guider, others);
  }

  /** Whether there is a sampler. */
  public boolean hasSampler() {
    return sampler != NONE;
  }

  /** Returns these settings with another guidance scale. */
  public SamplingSettings withGuidanceScale(GuidanceScale other) {
    return new SamplingSettings(
        sampler, steps, other, spacing, treatment, guide, size, reuse, guider, others);
  }

  /** Returns these settings with another spacing of timesteps. */
  public SamplingSettings withSpacing(TimestepSpacing other) {
    return new SamplingSettings(
        sampler,
        steps,
        guidanceScale,
        Optional.of(other),
        treatment,
        guide,
        size,
        reuse,
        guider,
        others);
  }

  /** Returns these settings with another treatment of x̂₀. */
  public SamplingSettings withTreatment(Thresholding other) {
    return new SamplingSettings(
        sampler,
        steps,
        guidanceScale,
        spacing,
        Optional.of(other),
        guide,
        size,
        reuse,
        guider,
        others);
  }

  /** Returns these settings with guidance by a gradient with this factor. */
  public SamplingSettings withGuide(String name, GuidanceScale scale) {
    return new SamplingSettings(
        sampler, steps, scale, spacing, treatment, Optional.of(name), size, reuse, guider, others);
  }

  /** Returns these settings with classifier-free guidance. */
  public SamplingSettings withoutGuide() {
    return new SamplingSettings(
        sampler,
        steps,
        guidanceScale,
        spacing,
        treatment,
        Optional.empty(),
        size,
        reuse,
        guider,
        others);
  }

  /** Returns these settings with another size of images. */
  public SamplingSettings withSize(Pixels other) {
    return new SamplingSettings(
        sampler,
        steps,
        guidanceScale,
        spacing,
        treatment,
        guide,
        Optional.of(other),
        reuse,
        guider,
        others);
  }

  /** Returns these settings with deep features reused in this many steps in a row. */
  public SamplingSettings withReuse(int other) {
    return new SamplingSettings(
        sampler, steps, guidanceScale, spacing, treatment, guide, size, other, guider, others);
  }

  /** Returns these settings with another combination of the two predictions of guidance. */
  public SamplingSettings withGuider(Guider other) {
    return new SamplingSettings(
        sampler, steps, guidanceScale, spacing, treatment, guide, size, reuse, other, others);
  }

  /** Returns these settings with the value of a setting that only some models have. */
  public SamplingSettings with(String setting, Object value) {
    return new SamplingSettings(
        sampler,
        steps,
        guidanceScale,
        spacing,
        treatment,
        guide,
        size,
        reuse,
        guider,
        others.with(setting, value));
  }

  /**
   * Returns the largest number of evaluations of a network for a sample in a step: guidance needs
   * one for the unconditional prediction and one for a weaker one, besides the conditional one.
   */
  public int evaluations() {
    boolean isOne =
        guidanceScale instanceof GuidanceScale.Constant constant && constant.scale() == 1;
    return (isOne && guider.isNoneAtOne() ? 1 : 2) + (guider.leadsAway() ? 1 : 0);
  }

  /**
   * Returns the timesteps of these settings.
   *
   * @param defaultSpacing the default spacing of the stage
   * @throws IllegalArgumentException if the sampler does not support this number of steps
   */
  public SamplingPlan plan(NoiseSchedule schedule, TimestepSpacing defaultSpacing) {
    return sampler.plan(schedule, spacing.orElse(defaultSpacing).of(schedule.steps(), steps));
  }
}
