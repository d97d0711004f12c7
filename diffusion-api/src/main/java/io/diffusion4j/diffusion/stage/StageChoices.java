package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import java.util.Map;
import java.util.Optional;

/**
 * The named options of a stage that denoises, and their defaults.
 *
 * @param samplers the samplers the stage can use
 * @param defaultSampler the name of the default sampler
 * @param defaultSteps the default number of steps, at least 1
 * @param spacings the spacings of timesteps; empty if there is no choice
 * @param treatments the treatments of x̂₀; empty if there is no choice
 */
public record StageChoices(
    ByName<Sampler> samplers,
    String defaultSampler,
    int defaultSteps,
    Optional<ByName<TimestepSpacing>> spacings,
    Optional<ByName<Thresholding>> treatments) {
  public StageChoices {
    samplers.named(defaultSampler); // its error lists the known names
  }

  /** Samplers alone: timesteps and treatment of x̂₀ are the stage's own. */
  public StageChoices(ByName<Sampler> samplers, String defaultSampler, int defaultSteps) {
    this(samplers, defaultSampler, defaultSteps, Optional.empty(), Optional.empty());
  }

  /** Returns the same choices with other defaults. */
  public StageChoices withDefaults(String sampler, int steps) {
    return new StageChoices(samplers, sampler, steps, spacings, treatments);
  }

  /** Returns these choices with named spacings of timesteps. */
  public StageChoices withSpacings(ByName<TimestepSpacing> offered) {
    return new StageChoices(
        samplers, defaultSampler, defaultSteps, Optional.of(offered), treatments);
  }

  /** Returns these choices with named treatments of x̂₀. */
  public StageChoices withTreatments(ByName<Thresholding> offered) {
    return new StageChoices(samplers, defaultSampler, defaultSteps, spacings, Optional.of(offered));
  }

  /** Returns the same choices with one more sampler, or another one under a known name. */
  public StageChoices withSampler(String name, Sampler sampler) {
    return new StageChoices(
        samplers.with(name, sampler), defaultSampler, defaultSteps, spacings, treatments);
  }

  /**
   * Returns these choices and more, by name; options without a choice stay as they are.
   *
   * @throws IllegalArgumentException if a name is taken
   */
  public StageChoices adding(
      Map<String, Sampler> moreSamplers,
      Map<String, TimestepSpacing> moreSpacings,
      Map<String, Thresholding> moreTreatments) {
    return new StageChoices(
        samplers.adding(moreSamplers),
        defaultSampler,
        defaultSteps,
        spacings.map(offered -> offered.adding(moreSpacings)),
        treatments.map(offered -> offered.adding(moreTreatments)));
  }
}
