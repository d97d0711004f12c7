package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.options.StageOptionsGroup;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.glide.GlideParts;
import java.util.HashMap;
import java.util.Map;
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

  /** The settings of each stage, with what was given in place of GLIDE's own. */
  Map<String, SamplingSettings> over(Map<String, SamplingSettings> own) {
    Map<String, SamplingSettings> settings = new HashMap<>(own);
    settings.computeIfPresent(
        GlideParts.BASE,
        (stage, base) -> {
          var with = with(base, baseSampler, baseSteps);
          return baseGuidance == null
              ? with
              : with.withGuidanceScale(GuidanceScale.constant(baseGuidance));
        });
    settings.computeIfPresent(
        GlideParts.UPSAMPLER,
        (stage, upsampler) -> with(upsampler, upsamplerSampler, upsamplerSteps));
    return settings;
  }

  private static SamplingSettings with(
      SamplingSettings own, @Nullable String sampler, @Nullable Integer steps) {
    var settings = sampler == null ? own : own.withSampler(Samplers.standard().named(sampler));
    return steps == null ? settings : settings.withSteps(steps);
  }
}
