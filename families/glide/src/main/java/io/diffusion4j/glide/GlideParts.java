package io.diffusion4j.glide;

import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.guidance.Guides;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.SectionSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageKind;
import io.diffusion4j.pipeline.Students;
import java.util.Optional;

/**
 * The parts of GLIDE: two networks, each with its own text encoder.
 *
 * @param baseText encodes texts for the base
 * @param base draws small images
 * @param baseSize height and width of the small images
 * @param baseAttentions the number of layers of self-attention in the network of the base
 * @param upsamplerText encodes texts for the upsampler
 * @param upsampler draws large images
 * @param upsamplerSize height and width of the large images
 * @param students the distilled stages
 * @param weaker an earlier or smaller base, from which guidance can lead away
 */
public record GlideParts(
    TextEncoder baseText,
    Denoiser<GlideCondition> base,
    int baseSize,
    int baseAttentions,
    TextEncoder upsamplerText,
    Denoiser<GlideCondition> upsampler,
    int upsamplerSize,
    Students students,
    Optional<Weaker> weaker) {
  /**
   * An earlier or smaller base.
   *
   * @param text encodes texts for it
   */
  public record Weaker(TextEncoder text, Denoiser<GlideCondition> network) {}

  /** The name of the stage that draws small images. */
  public static final String BASE = "base";

  /** The name of the stage that draws large images. */
  public static final String UPSAMPLER = "upsampler";

  /** The value in GLIDE's demonstration. */
  private static final double CLIP_SCALE = 3;

  /** Larger scales give nothing but noise. */
  private static final double MAX_GUIDANCE = 30;

  private static final int TRAIN_STEPS = 1000;

  /**
   * Returns the settings of GLIDE's demonstration: 100 ancestral steps, with a guidance scale of 3,
   * or 5 for inpainting; or those of a student.
   */
  Stage baseStage(boolean completes) {
    var schedule = new CosineSchedule(TRAIN_STEPS);
    return students.limited(
        stage(BASE, schedule, TimestepSpacings.SECTIONS, "ddpm", 100, baseSize)
            .withScale(new Stage.Scale(completes ? 5 : 3, MAX_GUIDANCE))
            .withAttentions(baseAttentions)
            .withWeaker(weaker.isPresent()));
  }

  /** Returns the settings of the base if a noised CLIP can guide it. */
  Stage guidedBaseStage(boolean completes) {
    return baseStage(completes).withGuide(Guides.CLIP, Stage.Scale.ofGradient(CLIP_SCALE));
  }

  /**
   * Returns the settings of GLIDE's demonstration: 27 steps, of DDIM, or ancestral for inpainting;
   * or those of a student.
   */
  Stage upsamplerStage(boolean completes) {
    var schedule = new LinearSchedule(TRAIN_STEPS);
    String sampler = completes ? "ddpm" : "ddim";
    return students.limited(
        stage(UPSAMPLER, schedule, new FastSpacing(), sampler, FastSpacing.STEPS, upsamplerSize));
  }

  private static Stage stage(
      String name,
      NoiseSchedule schedule,
      TimestepSpacing spacing,
      String sampler,
      int steps,
      int size) {
    var choices =
        new StageChoices(Samplers.standard(), sampler, steps)
            .withSpacings(TimestepSpacings.standard());
    return Stage.denoising(
            name, new StageKind.Denoising(schedule, spacing, Thresholding.clip(1), choices))
        .withDraws(Pixels.square(size))
        .withReuse(true);
  }

  /**
   * GLIDE's spacing for its upsampler: 27 steps are {@code fast27}, most of them at low noise; any
   * other number is spaced evenly.
   */
  private record FastSpacing() implements TimestepSpacing {
    static final int STEPS = 27;

    @Override
    public Timesteps of(int trainSteps, int n) {
      return n == STEPS
          ? SectionSpacing.parse(trainSteps, "fast27")
          : TimestepSpacings.SECTIONS.of(trainSteps, n);
    }
  }
}
