package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.embedding.Slerp;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.Collections;
import java.util.List;

/**
 * Images that lie between two: the spherical interpolation of their embeddings, decoded from fresh
 * noise without words (Ramesh et al. 2022, §3.2). At the ends they are variations of the two.
 */
public final class ImageInterpolation {
  private final ImageEncoder imageEncoder;
  private final ImageVariation variation;

  /**
   * Composes the stages.
   *
   * @param imageEncoder of the variation too
   * @param variation decodes the embeddings between
   */
  public ImageInterpolation(ImageEncoder imageEncoder, ImageVariation variation) {
    this.imageEncoder = imageEncoder;
    this.variation = variation;
  }

  /** Draws an image for each noise source of the request. */
  public ImageVariation.Result interpolate(Request request, SamplingListener listener) {
    List<float[]> ends = imageEncoder.encode(List.of(request.first(), request.second()));
    float[] between = Slerp.between(ends.get(0), ends.get(1), request.ratio());
    return variation.render(
        Collections.nCopies(request.noise().size(), between),
        request.noise(),
        request.decoder(),
        request.upsampler(),
        listener);
  }

  /**
   * What is wanted: images at one place between two.
   *
   * @param first of any size
   * @param second of any size
   * @param ratio where, in [0, 1]: 0 is the first image, 1 the second
   * @param noise the randomness of each image
   * @param decoder how the decoder samples
   * @param upsampler how the upsampler samples
   */
  public record Request(
      Image first,
      Image second,
      double ratio,
      List<NoiseSource> noise,
      SamplingSettings decoder,
      SamplingSettings upsampler) {
    public Request {
      Slerp.requireRatio(ratio);
      noise = List.copyOf(noise);
    }
  }
}
