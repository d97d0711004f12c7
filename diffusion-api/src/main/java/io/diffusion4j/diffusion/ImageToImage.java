package io.diffusion4j.diffusion;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageDecoder;
import io.diffusion4j.diffusion.image.Pyramid;
import io.diffusion4j.diffusion.image.Upsampler;
import io.diffusion4j.diffusion.sampling.PartialSampler;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import java.util.List;

/**
 * Draws on from a noised image (SDEdit, Meng et al. 2022): decoder and upsampler do not begin at
 * noise but at x_t = √ᾱ·x₀ + √(1−ᾱ)·ε of the given image x₀ at their size, and take the last steps
 * of their plan only.
 */
public final class ImageToImage implements ImageEdit {
  private final Image image;
  private final Pyramid pyramid;
  private final double strength;

  /**
   * The edit.
   *
   * @param image square
   * @param strength how much is noised away, in [0, 1]: 0 gives the image itself, in no step; 1 is
   *     an image drawn from noise, in all steps; between them the share of the steps that is taken,
   *     rounded up
   */
  public ImageToImage(Image image, double strength) {
    if (!(strength >= 0 && strength <= 1)) { // NaN fails too
      throw new IllegalArgumentException("strength: " + strength + " (expected: in [0, 1])");
    }
    this.image = image;
    this.pyramid = new Pyramid(image);
    this.strength = strength;
  }

  @Override
  public ImageDecoder decoder(ImageDecoder decoder) {
    if (strength == 0) {
      return (draws, settings, listener) -> given(draws);
    }
    return strength == 1
        ? decoder
        : (draws, settings, listener) -> decoder.decode(noised(draws), part(settings), listener);
  }

  @Override
  public Upsampler upsampler(Upsampler upsampler) {
    if (strength == 0) {
      return (draws, settings, listener) -> given(draws);
    }
    return strength == 1
        ? upsampler
        : (draws, settings, listener) ->
            upsampler.upsample(noised(draws), part(settings), listener);
  }

  @Override
  public int decoderSteps(int steps) {
    return strength == 0 ? 0 : PartialSampler.steps(strength, steps);
  }

  @Override
  public int upsamplerSteps(int steps) {
    return decoderSteps(steps);
  }

  private List<Image> given(List<?> draws) {
    return draws.stream().map(draw -> image).toList();
  }

  private SamplingSettings part(SamplingSettings settings) {
    return settings.withSampler(new PartialSampler(settings.sampler(), strength));
  }

  private <C> List<Draw<C>> noised(List<Draw<C>> draws) {
    return draws.stream().map(draw -> draw.withProjection(this::noise)).toList();
  }

  private void noise(float[] x, Projection.At at) {
    if (at.step() == 0) {
      var level = new NoiseLevel(at.alphaBar());
      float[] x0 = pyramid.levelOfRow(x.length);
      float[] eps = at.noise().gaussian(at.stage(), NoiseSource.INITIAL, x.length);
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) level.xt(x0[i], eps[i]);
      }
    }
  }
}
