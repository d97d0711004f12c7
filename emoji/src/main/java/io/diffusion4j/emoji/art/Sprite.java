package io.diffusion4j.emoji.art;

/**
 * A picture of one concept in one style, cut to its visible part.
 *
 * @param width the width in pixels of the master canvas
 * @param height the height in pixels of the master canvas
 * @param pixels premultiplied ARGB, row-major, eight bits each: {@code alpha << 24 | red << 16 | …}
 *     with no colour greater than its alpha; must not be changed
 */
public record Sprite(int width, int height, int[] pixels) {
  /** Fainter pixels, such as the edge of a blurred shadow, do not count as visible. */
  private static final int VISIBLE_ALPHA = 16;

  public Sprite {
    if (width < 1 || height < 1 || pixels.length != width * height) {
      throw new IllegalArgumentException(
          "pixels: " + pixels.length + " (expected: " + width + "·" + height + ", positive)");
    }
  }

  /**
   * Crops a canvas to its visible part.
   *
   * @throws IllegalArgumentException if nothing is visible
   */
  static Sprite trimmed(int width, int height, int[] premultiplied) {
    int left = width;
    int top = height;
    int right = -1;
    int bottom = -1;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        if (premultiplied[y * width + x] >>> 24 >= VISIBLE_ALPHA) {
          left = Math.min(left, x);
          right = Math.max(right, x);
          top = Math.min(top, y);
          bottom = Math.max(bottom, y);
        }
      }
    }
    if (right < 0) {
      throw new IllegalArgumentException("canvas: empty (expected: something visible)");
    }
    int w = right - left + 1;
    int h = bottom - top + 1;
    int[] cut = new int[w * h];
    for (int y = 0; y < h; y++) {
      System.arraycopy(premultiplied, (top + y) * width + left, cut, y * w, w);
    }
    return new Sprite(w, h, cut);
  }

  /** Returns the pixel at column {@code x} of row {@code y}. */
  public int argb(int x, int y) {
    return pixels[y * width + x];
  }
}
