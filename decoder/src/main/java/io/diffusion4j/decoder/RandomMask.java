package io.diffusion4j.decoder;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Masks for training inpainting: 1 is a known pixel, 0 a pixel to draw. */
public final class RandomMask {
  private RandomMask() {}

  /**
   * Draws a mask: in a quarter of the cases nothing is known, otherwise all but a rectangle.
   *
   * @param size height and width
   * @return {@code [size, size]}
   */
  public static float[] of(int size, SplittableRandom random) {
    float[] known = new float[size * size];
    if (random.nextInt(4) == 0) {
      return known;
    }
    Arrays.fill(known, 1);
    int least = Math.max(1, size / 8);
    int width = random.nextInt(least, size + 1);
    int height = random.nextInt(least, size + 1);
    int left = random.nextInt(size - width + 1);
    int top = random.nextInt(size - height + 1);
    for (int y = top; y < top + height; y++) {
      Arrays.fill(known, y * size + left, y * size + left + width, 0);
    }
    return known;
  }
}
