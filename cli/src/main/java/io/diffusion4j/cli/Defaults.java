package io.diffusion4j.cli;

import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.diffusion.sampling.Samplers;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.serving.StageCard;
import io.diffusion4j.serving.StageCard.Guidance;
import io.diffusion4j.serving.StageCard.Pixels;
import java.util.List;

/** How each stage samples unless a request says otherwise, and the limits of what it may say. */
final class Defaults {
  /** Of every stage: deterministic, and good with few steps. */
  static final String SAMPLER = "ddim";

  static final int PRIOR_STEPS = 25;
  static final double PRIOR_GUIDANCE = 2.0;
  static final int DECODER_STEPS = 30;
  static final double DECODER_GUIDANCE = 2.5;

  /** As the published upsamplers take; the last of them has a network of its own. */
  static final int SUPER_RES_STEPS = 7;

  /** Beyond it, images are only noise. */
  static final double MAX_GUIDANCE = 30;

  static final int MAX_IMAGES = 64;

  /** As many images as keep the networks' batches full under guidance. */
  static final int BATCH = 8;

  private Defaults() {}

  /**
   * What can be asked of a pipeline.
   *
   * @param samplers those there are
   * @param model whose stages they are
   */
  static List<StageCard> stages(Samplers samplers, ModelFacts model) {
    return List.of(
        new StageCard(
            DiffusionPrior.STAGE,
            samplers,
            SAMPLER,
            PRIOR_STEPS,
            model.trainSteps(DiffusionPrior.STAGE),
            new Guidance(PRIOR_GUIDANCE, MAX_GUIDANCE),
            Pixels.NONE),
        new StageCard(
            DiffusionDecoder.STAGE,
            samplers,
            SAMPLER,
            DECODER_STEPS,
            model.trainSteps(DiffusionDecoder.STAGE),
            new Guidance(DECODER_GUIDANCE, MAX_GUIDANCE),
            new Pixels(model.decoderSize(), model.decoderSize())),
        new StageCard(
            DiffusionUpsampler.STAGE,
            samplers,
            SAMPLER,
            SUPER_RES_STEPS,
            model.trainSteps(DiffusionUpsampler.STAGE),
            Guidance.NONE,
            new Pixels(model.imageSize(), model.imageSize())));
  }
}
