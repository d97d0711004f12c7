package io.diffusion4j.decoder;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.loss.BitsPerDimension;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import io.diffusion4j.diffusion.loss.MeanType;
import io.diffusion4j.diffusion.loss.ReverseProcess;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The likelihood of pictures under the decoder: the variational bound in bits per dimension, given
 * their embeddings and captions. Guidance is left out, because a guided prediction does not belong
 * to a distribution of images.
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
    X0Treatment clip) {
  /** Returns the height and width of the pictures, in pixels. */
  public int imageSize() {
    return model.config().sampleSize();
  }

  /** Returns the number of timesteps that the decoder was trained with. */
  public int trainSteps() {
    return schedule.steps();
  }

  /**
   * Computes the bound of a picture, whose values are first rounded to the 8-bit levels that the
   * bound is defined on.
   *
   * @param picture {@link #imageSize()} pixels each way
   * @param imageEmbedding CLIP's of the picture
   * @param text the caption's
   * @param timesteps the timesteps of the chain, at least two; all of them for the bound of the
   *     trained model
   * @param noise the noise of the picture
   * @param progress receives the number of timesteps done
   */
  public Bound of(
      Image picture,
      float[] imageEmbedding,
      TextEncoding text,
      Timesteps timesteps,
      NoiseSource noise,
      IntConsumer progress) {
    if (picture.width() != imageSize() || picture.height() != imageSize()) {
      throw new IllegalArgumentException(
          "picture: %d×%d pixels (expected: %d×%d)"
              .formatted(picture.width(), picture.height(), imageSize(), imageSize()));
    }
    var process =
        new ReverseProcess(schedule, timesteps, MeanType.of(network.parameterization()), variance);
    var condition = model.conditions(List.of(imageEmbedding), List.of(text)).get(0);
    return new BitsPerDimension<>(network, process, clip)
        .of(Rgb8.of(picture).toImage().pixels(), condition, noise, progress);
  }
}
