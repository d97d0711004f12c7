package io.diffusion4j.decoder;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.nn.engine.DenoiserLikelihood.Chain;

/**
 * The likelihood of pictures under the decoder, given their embeddings and captions. Guidance is
 * left out, because a guided prediction does not belong to a distribution of images.
 *
 * @param model computes the network's conditions
 * @param network the model's own, or a decorated one
 * @param variance the variance of the steps
 */
public record DecoderLikelihood(
    DecoderModel model,
    Denoiser<DecoderCondition> network,
    NoiseSchedule schedule,
    VarianceType variance,
    Thresholding clip) {
  /** Returns the height and width of the pictures, in pixels. */
  public int imageSize() {
    return model.config().sampleSize();
  }

  /** Returns the chain whose end the pictures are. */
  public Chain<DecoderCondition> chain() {
    return new Chain<>(network, schedule, variance, clip);
  }
}
