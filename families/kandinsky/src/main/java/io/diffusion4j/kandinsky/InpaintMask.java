package io.diffusion4j.kandinsky;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.stage.Pixels;

/** The masks of Kandinsky's inpainting network, with 1 for kept and 0 for redrawn latents. */
final class InpaintMask {
  private InpaintMask() {}

  /**
   * Returns the mask of latents.
   *
   * @param mask bright where the picture is drawn again; of any size
   * @param picture the size of the picture that is drawn
   * @param latents the size of its latents
   * @return {@code [H, W]} of zeros and ones
   */
  static float[] of(Image mask, Pixels picture, Pixels latents) {
    Rgb8 sized = Resize.lanczos(Rgb8.of(mask), picture.width(), picture.height());
    float[] kept = new float[latents.width() * latents.height()];
    for (int y = 0; y < latents.height(); y++) {
      int row = y * picture.height() / latents.height();
      for (int x = 0; x < latents.width(); x++) {
        int column = x * picture.width() / latents.width();
        kept[y * latents.width() + x] = isBright(sized, row * picture.width() + column) ? 0 : 1;
      }
    }
    return spread(kept, latents);
  }

  /** Returns whether a pixel is at least half as bright as white. */
  private static boolean isBright(Rgb8 mask, int pixel) {
    int sum = 0;
    for (int c = 0; c < 3; c++) {
      sum += mask.pixels()[3 * pixel + c] & 0xff;
    }
    return 2 * sum >= 3 * 255;
  }

  /**
   * Sets six of the eight neighbours of each 0 to 0 too, all but the upper right and the lower left
   * one.
   */
  static float[] spread(float[] mask, Pixels size) {
    int width = size.width();
    float[] spread = mask.clone();
    for (int y = 0; y < size.height(); y++) {
      for (int x = 0; x < width; x++) {
        if (mask[y * width + x] == 0) {
          for (int step = -1; step <= 1; step += 2) {
            clear(spread, size, x, y + step);
            clear(spread, size, x + step, y);
            clear(spread, size, x + step, y + step);
          }
        }
      }
    }
    return spread;
  }

  private static void clear(float[] mask, Pixels size, int x, int y) {
    if (x >= 0 && x < size.width() && y >= 0 && y < size.height()) {
      mask[y * size.width() + x] = 0;
    }
  }
}
