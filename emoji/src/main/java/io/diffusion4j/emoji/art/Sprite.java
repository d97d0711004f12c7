package io.diffusion4j.emoji.art;

import java.util.Arrays;

/**
 * A picture of one concept in one style, cut to its visible part. Immutable.
 *
 * <p>Pixels are premultiplied ARGB, eight bits each: {@code alpha << 24 | red << 16 | …} with no
 * colour brighter than its alpha.
 */
public final class Sprite {
  /** Fainter pixels, such as the ends of a blurred shadow, do not widen the visible part. */
  private static final int VISIBLE_ALPHA = 16;

  private final int width;
  private final int height;
  private final int[] pixels;

  Sprite(int width, int height, int[] pixels) {
    if (width < 1 || height < 1 || pixels.length != width * height) {
      throw new IllegalArgumentException(
          "pixels: " + pixels.length + " (expected: " + width + "·" + height + ", positive)");
    }
    this.width = width;
    this.height = height;
    this.pixels = pixels;
  }

  /**
   * The visible part of a canvas.
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

  /** In pixels of the master canvas. */
  public int width() {
    return width;
  }

  /** In pixels of the master canvas. */
  public int height() {
    return height;
  }

  /** The premultiplied ARGB pixel at column {@code x} of row {@code y}. */
  public int argb(int x, int y) {
    return pixels[y * width + x];
  }

  /** The pixels themselves, row-major, for the cache. */
  int[] pixels() {
    return pixels;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sprite s && s.width == width && Arrays.equals(s.pixels, pixels);
  }

  @Override
  public int hashCode() {
    return 31 * width + Arrays.hashCode(pixels);
  }

  @Override
  public String toString() {
    return "Sprite[" + width + "×" + height + "]";
  }
}
