package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.options.StageOptionsGroup;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the two stages of GLIDE are asked to sample; what is not given is GLIDE's own. */
final class GlideOptions {
  @Option(
      names = "--base-sampler",
      paramLabel = "NAME",
      description = "How the base samples. Default: ddpm")
  @Nullable String baseSampler;

  @Option(names = "--base-steps", paramLabel = "N", description = "Steps of the base. Default: 100")
  @Nullable Integer baseSteps;

  @Option(
      names = "--base-guidance",
      paramLabel = "X",
      description = "Guidance scale of the base; 1 is none. Default: 3, or 5 to complete a picture")
  @Nullable Double baseGuidance;

  @Option(
      names = "--upsampler-sampler",
      paramLabel = "NAME",
      description = "How the upsampler samples. Default: ddim, or ddpm to complete a picture")
  @Nullable String upsamplerSampler;

  @Option(
      names = "--upsampler-steps",
      paramLabel = "N",
      description = "Steps of the upsampler; 27 are spaced unevenly. Default: 27")
  @Nullable Integer upsamplerSteps;

  /**
   * Checks what can be checked without a model.
   *
   * @throws IllegalArgumentException if something cannot be right for any
   */
  void check() {
    StageOptionsGroup.requirePositive("base-steps", baseSteps);
    StageOptionsGroup.requirePositive("upsampler-steps", upsamplerSteps);
    StageOptionsGroup.requireScale("base-guidance", baseGuidance);
    Samplers known = Samplers.standard();
    if (baseSampler != null) {
      known.named(baseSampler);
    }
    if (upsamplerSampler != null) {
      known.named(upsamplerSampler);
    }
  }

  /** The base's settings with what was given in place of what they say. */
  SamplingSettings base(SamplingSettings own) {
    var settings = with(own, baseSampler, baseSteps);
    return baseGuidance == null
        ? settings
        : new SamplingSettings(settings.sampler(), settings.steps(), baseGuidance);
  }

  /** The upsampler's settings with what was given in place of what they say. */
  SamplingSettings upsampler(SamplingSettings own) {
    return with(own, upsamplerSampler, upsamplerSteps);
  }

  private static SamplingSettings with(
      SamplingSettings own, @Nullable String sampler, @Nullable Integer steps) {
    return new SamplingSettings(
        sampler == null ? own.sampler() : Samplers.standard().named(sampler),
        steps == null ? own.steps() : steps,
        own.guidanceScale());
  }
}
