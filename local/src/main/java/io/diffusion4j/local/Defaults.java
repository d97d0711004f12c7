package io.diffusion4j.local;

import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.diffusion.sampling.X0Treatments;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.serving.model.StageCard;
import io.diffusion4j.serving.model.StageCard.Guidance;
import io.diffusion4j.serving.model.StageCard.Pixels;
import java.util.List;

/** How each stage samples unless a request says otherwise, and the limits of what it may say. */
public final class Defaults {
  /** Of every stage: deterministic, and good with few steps. */
  public static final String SAMPLER = "ddim";

  public static final int PRIOR_STEPS = 25;
  public static final double PRIOR_GUIDANCE = 2.0;

  /** More bring out what a small network is wrong about. */
  public static final int DECODER_STEPS = 8;

  public static final double DECODER_GUIDANCE = 1.0;

  /** As the published upsamplers take; the last of them has a network of its own. */
  public static final int SUPER_RES_STEPS = 7;

  /** The published pipelines' own scheduler, steps and guidance, of models that are not ours. */
  public static final String PUBLISHED_SAMPLER = "unclip";

  public static final int PUBLISHED_PRIOR_STEPS = 25;
  public static final double PUBLISHED_PRIOR_GUIDANCE = 4.0;
  public static final int PUBLISHED_DECODER_STEPS = 25;
  public static final double PUBLISHED_DECODER_GUIDANCE = 8.0;

  /** Beyond it, images are only noise. */
  public static final double MAX_GUIDANCE = 30;

  public static final int MAX_IMAGES = 64;

  /** As many images as keep the networks' batches full under guidance. */
  public static final int BATCH = 8;

  private Defaults() {}

  /** How many embeddings the prior draws to choose from; the published pipelines draw one. */
  public static int candidates(ModelFacts model) {
    return model.isOurs() ? 2 : 1;
  }

  /**
   * What can be asked of a pipeline.
   *
   * @param priorSamplers those there are for the prior
   * @param samplers those there are for the other stages
   * @param model whose stages they are
   */
  public static List<StageCard> stages(
      Samplers priorSamplers, Samplers samplers, ModelFacts model) {
    boolean ours = model.isOurs();
    String sampler = ours ? SAMPLER : PUBLISHED_SAMPLER;
    TimestepSpacings schedules = TimestepSpacings.standard();
    X0Treatments thresholdings = X0Treatments.standard(); // of pixels
    return List.of(
        new StageCard(
                DiffusionPrior.STAGE,
                priorSamplers,
                sampler,
                ours ? PRIOR_STEPS : PUBLISHED_PRIOR_STEPS,
                model.trainSteps(DiffusionPrior.STAGE),
                new Guidance(ours ? PRIOR_GUIDANCE : PUBLISHED_PRIOR_GUIDANCE, MAX_GUIDANCE),
                Pixels.NONE)
            .withSchedules(schedules),
        new StageCard(
                DiffusionDecoder.STAGE,
                samplers,
                sampler,
                ours ? DECODER_STEPS : PUBLISHED_DECODER_STEPS,
                model.trainSteps(DiffusionDecoder.STAGE),
                new Guidance(ours ? DECODER_GUIDANCE : PUBLISHED_DECODER_GUIDANCE, MAX_GUIDANCE),
                new Pixels(model.decoderSize(), model.decoderSize()))
            .withSchedules(schedules)
            .withThresholdings(thresholdings),
        new StageCard(
                DiffusionUpsampler.STAGE,
                samplers,
                sampler,
                SUPER_RES_STEPS,
                model.trainSteps(DiffusionUpsampler.STAGE),
                Guidance.NONE,
                new Pixels(model.imageSize(), model.imageSize()))
            .withSchedules(schedules)
            .withThresholdings(thresholdings));
  }
}
