package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Pyramid;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.Projection;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;
import java.util.Optional;

/**
 * Redraws a part of an image (RePaint, Lugmayr et al. 2022): before each step the known pixels are
 * replaced by the given ones at the noise level of the sample: x_t ~ q(x_t | x₀) (eq. 8a). After
 * the last step the known pixels equal the given ones.
 *
 * <p>Decoder and upsampler do this at their own sizes. A pixel is known only if all mask pixels
 * that it covers are.
 */
public final class Inpainting implements ImageEdit {
  /** The threshold of the reduced mask from which a pixel is redrawn at least in part. */
  private static final float TOUCHED = -0.9999f; // rounding leaves untouched ones near −1

  private final Pyramid image;
  private final Pyramid mask;
  private final Resampling resampling;

  /**
   * Creates the edit.
   *
   * @param image square
   * @param mask the mask of the same size: bright (from 0 on) where the image is redrawn
   * @param resampling the resampling of the decoder's steps; {@link Resampling#NONE} draws once
   */
  public Inpainting(Image image, Image mask, Resampling resampling) {
    mask.requireSize("mask", image.width(), image.height(), ", as the image");
    this.image = new Pyramid(image);
    this.mask = new Pyramid(blackAndWhite(mask));
    this.resampling = resampling;
  }

  /** Returns a binary mask: 1 where it is bright (at least 0), −1 elsewhere. */
  public static Image blackAndWhite(Image mask) {
    float[] from = mask.pixels();
    float[] to = new float[from.length];
    for (int i = 0; i < to.length; i += 3) {
      float value = from[i] + from[i + 1] + from[i + 2] >= 0 ? 1 : -1;
      to[i] = value;
      to[i + 1] = value;
      to[i + 2] = value;
    }
    return new Image(mask.width(), mask.height(), to);
  }

  @Override
  public ImageDecoder decoder(ImageDecoder decoder) {
    return (draws, settings, listener) ->
        decoder.decode(held(draws), settings(Target.DECODER, settings), listener);
  }

  @Override
  public SamplingSettings settings(Target stage, SamplingSettings settings) {
    return stage == Target.DECODER
        ? settings.withSampler(resampling.of(settings.sampler()))
        : settings;
  }

  @Override
  public Upsampler upsampler(Upsampler upsampler) {
    return (draws, settings, listener) -> upsampler.upsample(held(draws), settings, listener);
  }

  @Override
  public int steps(Target stage, int steps) {
    return stage == Target.DECODER ? resampling.steps(steps) : steps;
  }

  private <C> List<Draw<C>> held(List<Draw<C>> draws) {
    return draws.stream().map(draw -> draw.withProjection(new Held())).toList();
  }

  /** Puts the known pixels back into samples, and passes them to networks with inputs for them. */
  private final class Held implements Projection {
    @Override
    public void project(float[] x, At at) {
      replaceKnown(x, at);
    }

    @Override
    public Optional<Known> known(int size) {
      float[] again = mask.levelOfRow(size);
      float[] known = new float[size / 3];
      for (int i = 0; i < known.length; i++) {
        known[i] = again[3 * i] < TOUCHED ? 1 : 0;
      }
      return Optional.of(new Known(image.levelOfRow(size), known));
    }
  }

  private void replaceKnown(float[] x, Projection.At at) {
    float[] x0 = image.levelOfRow(x.length);
    float[] again = mask.levelOfRow(x.length);
    var level = new NoiseLevel(at.alphaBar());
    float[] eps =
        at.alphaBar() == 1
            ? new float[x.length]
            : at.noise().gaussian(at.stage() + "/known", at.step(), x.length);
    for (int i = 0; i < x.length; i++) {
      if (again[i] < TOUCHED) {
        x[i] = (float) level.xt(x0[i], eps[i]);
      }
    }
  }
}
