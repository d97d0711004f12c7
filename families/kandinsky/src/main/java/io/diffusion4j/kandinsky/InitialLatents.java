package io.diffusion4j.kandinsky;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.sampling.PartialSampler;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.Projection;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.function.Function;

/** The initial latents of a picture, and the values that they must keep. */
sealed interface InitialLatents {
  /** Returns the number of steps that are run, given the requested number. */
  default int steps(int asked) {
    return asked;
  }

  /** Returns the settings of the decoder for the requested ones. */
  default SamplingSettings settings(SamplingSettings asked) {
    return asked;
  }

  /**
   * Returns the beginning at a size.
   *
   * @param picture the size of the picture that is drawn
   * @param latents the size of its latents
   * @param encoder makes latents of pictures of the size
   */
  Held at(Pixels picture, Pixels latents, Function<Image, float[]> encoder);

  /**
   * A beginning at a size.
   *
   * @param projection the projection of the latents
   * @param concat the further inputs of the network; empty for none
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Held(Projection projection, float[] concat) {}

  /** Returns a picture at a size, as Pillow resizes it. */
  static Image resized(Image picture, Pixels size) {
    if (picture.width() == size.width() && picture.height() == size.height()) {
      return picture;
    }
    return Resize.reducedBicubic(Rgb8.of(picture), size.width(), size.height()).toImage();
  }

  /** Starts from noise. */
  record Noise() implements InitialLatents {
    @Override
    public Held at(Pixels picture, Pixels latents, Function<Image, float[]> encoder) {
      return new Held(Projection.NONE, new float[0]);
    }
  }

  /**
   * Starts from the noised latents of a picture, for the last steps.
   *
   * @param strength the share of the steps, rounded down
   */
  record Noised(Image picture, double strength) implements InitialLatents {
    @Override
    public int steps(int asked) {
      return Math.min((int) (asked * strength), asked);
    }

    @Override
    public SamplingSettings settings(SamplingSettings asked) {
      double share = (double) steps(asked.steps()) / asked.steps();
      return share == 0 || share == 1
          ? asked
          : asked.withSampler(new PartialSampler(asked.sampler(), share));
    }

    @Override
    public Held at(Pixels size, Pixels latents, Function<Image, float[]> encoder) {
      float[] x0 = encoder.apply(resized(picture, size));
      return new Held(Projection.noising(length -> x0), new float[0]);
    }
  }

  /**
   * Starts from noise, and keeps the latents of a picture outside the redrawn part.
   *
   * @param mask bright where the picture is redrawn
   */
  record Around(Image picture, Image mask) implements InitialLatents {
    @Override
    public Held at(Pixels size, Pixels latents, Function<Image, float[]> encoder) {
      float[] x0 = encoder.apply(resized(picture, size));
      float[] kept = InpaintMask.of(mask, size, latents);
      return new Held((x, at) -> hold(x, at, x0, kept), concat(x0, kept));
    }

    /** Replaces the kept latents by their noised values at the level of the next step. */
    private static void hold(float[] x, Projection.At at, float[] x0, float[] kept) {
      if (at.step() == 0) {
        return;
      }
      var level = new NoiseLevel(at.alphaBar());
      float[] eps = at.noise().gaussian(at.stage(), NoiseSource.INITIAL, x.length);
      int channels = x.length / kept.length;
      for (int i = 0; i < x.length; i++) {
        if (kept[i / channels] == 1) {
          x[i] = (float) level.xt(x0[i], eps[i]);
        }
      }
    }

    /** Returns the kept latents and the mask, pixel by pixel. */
    static float[] concat(float[] x0, float[] kept) {
      int channels = x0.length / kept.length;
      float[] concat = new float[x0.length + kept.length];
      for (int i = 0; i < kept.length; i++) {
        for (int c = 0; c < channels; c++) {
          concat[i * (channels + 1) + c] = x0[i * channels + c] * kept[i];
        }
        concat[i * (channels + 1) + channels] = kept[i];
      }
      return concat;
    }
  }
}
