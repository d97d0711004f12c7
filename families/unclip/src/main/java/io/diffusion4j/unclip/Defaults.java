package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.Stage.Scale;
import io.diffusion4j.diffusion.stage.StageKind;

/**
 * The default sampling of each stage, and the settings that a request can choose.
 *
 * @param ours whether the model was trained from one of our presets; otherwise it follows the
 *     published models
 */
public record Defaults(boolean ours) {
  /** The sampler of every stage: deterministic, and good with few steps. */
  public static final String SAMPLER = "ddim";

  public static final int PRIOR_STEPS = 25;

  /** With a larger scale, the pictures of a prompt are more alike. */
  public static final double PRIOR_GUIDANCE = 1.75;

  /** With guidance, half as many steps cost as much. */
  public static final int DECODER_STEPS = 4;

  /** A larger scale amplifies the errors of a small network. */
  public static final double DECODER_GUIDANCE = 1.5;

  /** The steps of the published upsamplers; the last step has a network of its own. */
  public static final int SUPER_RES_STEPS = 7;

  /** The scheduler, steps and guidance of the published pipelines, for models of others. */
  public static final String PUBLISHED_SAMPLER = SchedulerConfig.UNCLIP_SAMPLER;

  public static final int PUBLISHED_PRIOR_STEPS = 25;
  public static final double PUBLISHED_PRIOR_GUIDANCE = 4.0;
  public static final int PUBLISHED_DECODER_STEPS = 25;
  public static final double PUBLISHED_DECODER_GUIDANCE = 8.0;

  /** Larger scales give nothing but noise. */
  public static final double MAX_GUIDANCE = 30;

  /**
   * Returns the number of candidate embeddings that the prior draws; the published pipelines draw
   * one.
   */
  int candidates() {
    return ours ? 2 : 1;
  }

  /** Returns the diffusion prior. */
  Stage prior(SchedulerConfig scheduler, ByName<Sampler> samplers) {
    return Stage.denoising(
            Prior.STAGE, denoising(scheduler, samplers, ours ? PRIOR_STEPS : PUBLISHED_PRIOR_STEPS))
        .withScale(priorScale());
  }

  /** Returns the autoregressive prior, which draws this number of codes. */
  Stage autoregressivePrior(int codes) {
    return Stage.fixed(Prior.STAGE, codes).withScale(priorScale());
  }

  private Scale priorScale() {
    return new Scale(ours ? PRIOR_GUIDANCE : PUBLISHED_PRIOR_GUIDANCE, MAX_GUIDANCE);
  }

  /** Returns the decoder. */
  public Stage decoder(SchedulerConfig scheduler, int size) {
    return pixels(
            ImageDecoder.STAGE, scheduler, ours ? DECODER_STEPS : PUBLISHED_DECODER_STEPS, size)
        .withScale(new Scale(ours ? DECODER_GUIDANCE : PUBLISHED_DECODER_GUIDANCE, MAX_GUIDANCE));
  }

  /** Returns the upsampler, which has no guidance. */
  public Stage upsampler(SchedulerConfig scheduler, int size) {
    return pixels(Upsampler.STAGE, scheduler, SUPER_RES_STEPS, size).withReuse(true);
  }

  private Stage pixels(String name, SchedulerConfig scheduler, int steps, int size) {
    return Stage.denoising(name, denoising(scheduler, Samplers.standard(), steps))
        .withDraws(Pixels.square(size))
        .withChoices(choices -> choices.withTreatments(Thresholding.standard()));
  }

  private StageKind.Denoising denoising(
      SchedulerConfig scheduler, ByName<Sampler> samplers, int steps) {
    var published = scheduler.course(samplers, steps);
    return ours && !scheduler.kind().isFlow() // which draws as its file says
        ? published.withChoices(
            published.choices().withDefaults(SAMPLER, published.choices().defaultSteps()))
        : published;
  }
}
