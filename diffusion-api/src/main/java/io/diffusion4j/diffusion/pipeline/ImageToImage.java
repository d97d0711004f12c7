package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Pyramid;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.sampling.PartialSampler;
import io.diffusion4j.diffusion.stage.Projection;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;

/**
 * Denoises a noised image (SDEdit, Meng et al. 2022): decoder and upsampler start not from noise
 * but from x_t = √ᾱ·x₀ + √(1−ᾱ)·ε of an image x₀, and take the last steps of their plan only.
 *
 * <p>For the decoder x₀ is the given image at its size. For the upsampler it is the given image
 * with the changes that the decoder made to the small image, so that its start does not contradict
 * its condition.
 */
public final class ImageToImage implements ImageEdit {
  private final Image image;
  private final Pyramid pyramid;
  private final double strength;

  /**
   * Creates the edit.
   *
   * @param image square
   * @param strength the share of the steps that are taken, rounded up, in [0, 1]: 0 returns the
   *     image itself, 1 draws from noise
   */
  public ImageToImage(Image image, double strength) {
    Check.share("strength", strength);
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
        : (draws, settings, listener) ->
            decoder.decode(
                draws.stream()
                    .map(draw -> draw.withProjection(Projection.noising(pyramid::levelOfRow)))
                    .toList(),
                settings(Target.DECODER, settings),
                listener);
  }

  @Override
  public Upsampler upsampler(Upsampler upsampler) {
    if (strength == 0) {
      return (draws, settings, listener) -> given(draws);
    }
    return strength == 1
        ? upsampler
        : (draws, settings, listener) ->
            upsampler.upsample(
                draws.stream()
                    .map(
                        draw ->
                            draw.withProjection(
                                Projection.noising(size -> changed(draw.condition(), size))))
                    .toList(),
                settings(Target.UPSAMPLER, settings),
                listener);
  }

  @Override
  public int steps(Target stage, int steps) {
    return strength == 0 ? 0 : PartialSampler.steps(strength, steps);
  }

  private List<Image> given(List<?> draws) {
    return draws.stream().map(draw -> image).toList();
  }

  @Override
  public SamplingSettings settings(Target stage, SamplingSettings settings) {
    return strength == 0 || strength == 1
        ? settings
        : settings.withSampler(new PartialSampler(settings.sampler(), strength));
  }

  /** Returns the given image at a size, with the changes of this small image applied. */
  private float[] changed(Image small, int rowSize) {
    int side = Pyramid.sideOfRow(rowSize);
    float[] before = pyramid.level(small.width());
    float[] change = new float[before.length];
    for (int i = 0; i < change.length; i++) {
      change[i] = small.pixels()[i] - before[i];
    }
    float[] changed = pyramid.level(side).clone();
    float[] enlarged =
        Resize.bicubic(new Image(small.width(), small.height(), change), side, side).pixels();
    for (int i = 0; i < changed.length; i++) {
      changed[i] = Math.max(-1, Math.min(1, changed[i] + enlarged[i]));
    }
    return changed;
  }
}
