package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.sampling.PartialSampler;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.Projection;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.Optional;

/** What a drawing begins with: nothing, or a picture that is changed in whole or in part. */
sealed interface Canvas {
  /** Addresses the noise with which the autoencoder draws the latents of a picture. */
  String PICTURE_NOISE = "vae/image";

  /** Addresses the noise with which it draws those of the known part of a picture. */
  String MASKED_NOISE = "vae/masked";

  /** Returns the number of steps that are run, given the requested number. */
  default int steps(SchedulerConfig scheduler, int asked) {
    return asked;
  }

  /** Returns the settings of the stage for the requested ones. */
  default SamplingSettings settings(SchedulerConfig scheduler, SamplingSettings asked) {
    return asked;
  }

  /** Returns the size of a picture of which none was requested; empty for the model's own. */
  default Optional<Pixels> size(int factor) {
    return Optional.empty();
  }

  /**
   * Returns the canvas at a size.
   *
   * @param vae the autoencoder
   * @param picture the size of the picture that is drawn
   * @param latents the size of its latents
   * @param isSeen whether the network has inputs for the known part
   */
  Sized at(VaeModel vae, Pixels picture, Pixels latents, boolean isSeen);

  /** A canvas at a size, before its noise is known. */
  interface Sized {
    /** Returns the canvas of one picture. */
    Drawn with(NoiseSource noise);
  }

  /**
   * The canvas of one picture.
   *
   * @param projection changes the latents between the steps
   * @param beside {@code [H, W, 1 + Z]}: the network's inputs beside the latents; empty for none
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Drawn(Projection projection, float[] beside) {}

  /** Begins with noise. */
  record Empty() implements Canvas {
    @Override
    public Sized at(VaeModel vae, Pixels picture, Pixels latents, boolean isSeen) {
      return noise -> new Drawn(Projection.NONE, new float[0]);
    }
  }

  /**
   * Begins with the noised latents of a picture, for the last steps.
   *
   * @param strength the share of the steps, rounded down; of the timesteps that a consistency model
   *     was distilled for, all steps of which are run
   */
  record Noised(Image picture, double strength) implements Canvas {
    @Override
    public int steps(SchedulerConfig scheduler, int asked) {
      boolean isWhole = isDistilled(scheduler) && strength > 0;
      return isWhole ? asked : Math.min((int) (asked * strength), asked);
    }

    @Override
    public SamplingSettings settings(SchedulerConfig scheduler, SamplingSettings asked) {
      if (isDistilled(scheduler)) {
        Check.that(
            asked.spacing().isEmpty(),
            "schedule",
            "given",
            "the default of %s with an image to start from",
            scheduler.kind().className());
        return strength == 0 ? asked : asked.withSpacing(scheduler.timesteps(strength));
      }
      double share = (double) steps(scheduler, asked.steps()) / asked.steps();
      return share == 0 || share == 1
          ? asked
          : asked.withSampler(new PartialSampler(asked.sampler(), share));
    }

    /** Returns the picture at a size, which a strength that leaves no step draws. */
    Image unchanged(Pixels size) {
      return resized(picture, size);
    }

    private static boolean isDistilled(SchedulerConfig scheduler) {
      return scheduler.kind() == SchedulerConfig.Kind.LCM
          || scheduler.kind() == SchedulerConfig.Kind.TCD;
    }

    @Override
    public Optional<Pixels> size(int factor) {
      return Optional.of(
          new Pixels(
              Math.max(1, picture.width() / factor) * factor,
              Math.max(1, picture.height() / factor) * factor));
    }

    @Override
    public Sized at(VaeModel vae, Pixels size, Pixels latents, boolean isSeen) {
      float[] encoded = vae.encode(resized(picture, size));
      return noise -> {
        float[] x0 = latent(vae, encoded, noise, PICTURE_NOISE, latents);
        return new Drawn(Projection.noising(length -> x0), new float[0]);
      };
    }
  }

  /**
   * Draws a part of a picture again. A network with inputs for the known part reads it at every
   * step; with any other network, the known part is put back after every step.
   *
   * @param mask bright where the picture is drawn again
   * @param strength the share of the steps; 1 begins with noise
   */
  record Repainted(Image picture, Image mask, double strength) implements Canvas {
    @Override
    public int steps(SchedulerConfig scheduler, int asked) {
      return new Noised(picture, strength).steps(scheduler, asked);
    }

    @Override
    public SamplingSettings settings(SchedulerConfig scheduler, SamplingSettings asked) {
      return new Noised(picture, strength).settings(scheduler, asked);
    }

    @Override
    public Sized at(VaeModel vae, Pixels size, Pixels latents, boolean isSeen) {
      Image sized = resized(picture, size);
      boolean[] redrawn = redrawn(size);
      float[] shrunk = shrunk(redrawn, size, latents);
      boolean fromPicture = strength < 1;
      float[] known = fromPicture || !isSeen ? vae.encode(sized) : new float[0];
      float[] rest = isSeen ? vae.encode(grey(sized, redrawn)) : new float[0];
      return noise -> {
        float[] x0 = known.length == 0 ? known : latent(vae, known, noise, PICTURE_NOISE, latents);
        Projection start = fromPicture ? Projection.noising(length -> x0) : Projection.NONE;
        return isSeen
            ? new Drawn(start, beside(shrunk, latent(vae, rest, noise, MASKED_NOISE, latents)))
            : new Drawn(putBack(start, x0, shrunk), new float[0]);
      };
    }

    /** Puts the known latents back, with the first noise at the level of the next step. */
    private static Projection putBack(Projection start, float[] x0, float[] redrawn) {
      return (x, at) -> {
        if (at.step() == 0) {
          start.project(x, at);
          return;
        }
        var level = new NoiseLevel(at.alphaBar());
        float[] eps = at.noise().gaussian(at.stage(), NoiseSource.INITIAL, x.length);
        int channels = x.length / redrawn.length;
        for (int i = 0; i < x.length; i++) {
          if (redrawn[i / channels] == 0) {
            x[i] = (float) level.xt(x0[i], eps[i]);
          }
        }
      };
    }

    /** Returns, for each pixel, whether the mask is at least half as bright as white. */
    private boolean[] redrawn(Pixels size) {
      Rgb8 sized = Rgb8.of(resized(mask, size));
      boolean[] redrawn = new boolean[size.width() * size.height()];
      for (int i = 0; i < redrawn.length; i++) {
        redrawn[i] = luminance(sized.pixels(), 3 * i) > 127;
      }
      return redrawn;
    }

    /** Returns the luma of ITU-R 601-2 in whole numbers, as Pillow computes it. */
    private static int luminance(byte[] pixels, int at) {
      int red = pixels[at] & 0xff;
      int green = pixels[at + 1] & 0xff;
      int blue = pixels[at + 2] & 0xff;
      return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    }

    private static float[] shrunk(boolean[] redrawn, Pixels picture, Pixels latents) {
      float[] mask = new float[latents.width() * latents.height()];
      for (int i = 0; i < mask.length; i++) {
        int row = i / latents.width() * picture.height() / latents.height();
        int column = i % latents.width() * picture.width() / latents.width();
        mask[i] = redrawn[row * picture.width() + column] ? 1 : 0;
      }
      return mask;
    }

    private static Image grey(Image picture, boolean[] redrawn) {
      float[] pixels = picture.pixels().clone();
      for (int i = 0; i < pixels.length; i++) {
        if (redrawn[i / 3]) {
          pixels[i] = 0;
        }
      }
      return new Image(picture.width(), picture.height(), pixels);
    }

    /** Returns the mask and the known latents, pixel by pixel. */
    private static float[] beside(float[] mask, float[] known) {
      int channels = known.length / mask.length;
      float[] beside = new float[known.length + mask.length];
      for (int i = 0; i < mask.length; i++) {
        beside[i * (channels + 1)] = mask[i];
        System.arraycopy(known, i * channels, beside, i * (channels + 1) + 1, channels);
      }
      return beside;
    }
  }

  /** Returns a picture at a size, as Pillow resizes it by Lanczos' filter. */
  private static Image resized(Image picture, Pixels size) {
    return picture.width() == size.width() && picture.height() == size.height()
        ? picture
        : Resize.lanczos(Rgb8.of(picture), size.width(), size.height()).toImage();
  }

  /** Draws a latent of the encoder's answer. */
  private static float[] latent(
      VaeModel vae, float[] encoded, NoiseSource noise, String address, Pixels latents) {
    int size = latents.width() * latents.height() * vae.vae().latentChannels();
    float[] z =
        vae.vae().draws() ? noise.gaussian(address, NoiseSource.INITIAL, size) : new float[0];
    return VaeModel.sample(vae.vae(), encoded, z);
  }
}
