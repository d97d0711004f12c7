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
 * How likely pictures are under the decoder: the variational bound in bits per dimension, given
 * their embeddings and captions. There is no guidance in it, which is no distribution of images.
 *
 * @param model computes what the network is told
 * @param network the model's own, or a decorated one
 * @param variance of the steps
 */
public record DecoderLikelihood(
    DecoderModel model,
    Denoiser<DecoderCondition> network,
    NoiseSchedule schedule,
    VarianceType variance,
    X0Treatment clip) {
  /** Height and width of the pictures, in pixels. */
  public int imageSize() {
    return model.config().sampleSize();
  }

  /** How many timesteps the decoder was trained with. */
  public int trainSteps() {
    return schedule.steps();
  }

  /**
   * The bound of a picture, whose levels are rounded to 8 bits, as the bound counts them.
   *
   * @param picture {@link #imageSize()} pixels each way
   * @param imageEmbedding CLIP's of the picture
   * @param text the caption's
   * @param timesteps of the chain, at least two; all of them for the model as it was trained
   * @param noise of the picture
   * @param progress told how many timesteps are done
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
