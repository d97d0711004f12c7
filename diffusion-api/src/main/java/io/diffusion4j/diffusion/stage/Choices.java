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
public record Choices(
    ByName<Sampler> samplers,
    String defaultSampler,
    int defaultSteps,
    Optional<ByName<TimestepSpacing>> spacings,
    Optional<ByName<Thresholding>> treatments) {
  public Choices {
    samplers.named(defaultSampler); // its error lists the known names
  }

  /** Samplers alone: timesteps and treatment of x̂₀ are the stage's own. */
  public Choices(ByName<Sampler> samplers, String defaultSampler, int defaultSteps) {
    this(samplers, defaultSampler, defaultSteps, Optional.empty(), Optional.empty());
  }

  /** Returns the same choices with other defaults. */
  public Choices withDefaults(String sampler, int steps) {
    return new Choices(samplers, sampler, steps, spacings, treatments);
  }

  /** Returns these choices with named spacings of timesteps. */
  public Choices withSpacings(ByName<TimestepSpacing> offered) {
    return new Choices(samplers, defaultSampler, defaultSteps, Optional.of(offered), treatments);
  }

  /** Returns these choices with named treatments of x̂₀. */
  public Choices withTreatments(ByName<Thresholding> offered) {
    return new Choices(samplers, defaultSampler, defaultSteps, spacings, Optional.of(offered));
  }

  /** Returns the same choices with one more sampler, or another one under a known name. */
  public Choices withSampler(String name, Sampler sampler) {
    return new Choices(
        samplers.with(name, sampler), defaultSampler, defaultSteps, spacings, treatments);
  }

  /**
   * Returns these choices and more, by name; options without a choice stay as they are.
   *
   * @throws IllegalArgumentException if a name is taken
   */
  public Choices adding(
      Map<String, Sampler> moreSamplers,
      Map<String, TimestepSpacing> moreSpacings,
      Map<String, Thresholding> moreTreatments) {
    return new Choices(
        samplers.adding(moreSamplers),
        defaultSampler,
        defaultSteps,
        spacings.map(offered -> offered.adding(moreSpacings)),
        treatments.map(offered -> offered.adding(moreTreatments)));
  }
}
