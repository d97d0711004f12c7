package io.diffusion4j.glide;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.pipeline.Inpainting;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.glide.GlideCondition.Known;

/**
 * The known pixels of a picture for inpainting: they are an input of the networks, and each x̂₀ is
 * overwritten with them before it is clipped ({@code denoised_fn} in GLIDE's demonstration of
 * inpainting).
 *
 * @param image the picture, square
 * @param mask the mask of the same size: bright (at least 0) where pixels are drawn
 */
public record KnownPixels(Image image, Image mask) {
  /** The upper limit of a pixel of the reduced mask that is completely known. */
  private static final float UNTOUCHED = -0.9999f; // rounding leaves values near −1

  public KnownPixels {
    Check.that(
        image.width() == image.height(), "image", image.width() + "×" + image.height(), "square");
    mask.requireSize("mask", image.width(), image.height(), ", as the image");
  }

  /** Reduces the mask for the base: a pixel is known if all pixels that it covers are. */
  Known at(int size) {
    return new Known(reduced(size), known(size));
  }

  /** Makes the upsampler's mask, which is the base's with repeated pixels. */
  Known above(int baseSize, int size) {
    float[] small = known(baseSize);
    float[] large = new float[size * size];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        large[y * size + x] = small[y * baseSize / size * baseSize + x * baseSize / size];
      }
    }
    return new Known(reduced(size), large);
  }

  private Image reduced(int size) {
    return Resize.bicubic(Rgb8.of(image), size, size).toImage();
  }

  private float[] known(int size) {
    float[] pixels = Resize.area(Inpainting.blackAndWhite(mask), size, size).pixels();
    float[] known = new float[size * size];
    for (int i = 0; i < known.length; i++) {
      known[i] = pixels[3 * i] <= UNTOUCHED ? 1 : 0;
    }
    return known;
  }

  /** Overwrites x̂₀ with the known pixels, then clips it to the range of pixels. */
  record Held(Known known) implements Thresholding {
    private static final Thresholding RANGE = Thresholding.clip(1);

    @Override
    public void treat(float[] x0) {
      float[] pixels = known.image().pixels();
      float[] mask = known.mask();
      for (int i = 0; i < x0.length; i++) {
        float m = mask[i / 3];
        x0[i] = x0[i] * (1 - m) + pixels[i] * m;
      }
      RANGE.treat(x0);
    }
  }
}
