package io.diffusion4j.emoji.scene;

import static java.lang.Math.ceil;
import static java.lang.Math.floor;
import static java.lang.Math.max;
import static java.lang.Math.min;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.art.Sprite;
import io.diffusion4j.emoji.art.Sprites;

/**
 * Draws scenes: each sprite is area-averaged to its size at its exact position and composited over
 * the background (Porter and Duff 1984, <i>over</i>, in premultiplied alpha). Thread-safe.
 */
public final class SceneRenderer {
  private final Sprites sprites;

  /** Creates a renderer with these drawings. */
  public SceneRenderer(Sprites sprites) {
    this.sprites = sprites;
  }

  /**
   * Draws a scene.
   *
   * @param size the size of the picture in pixels, at least 8
   * @return RGB {@code [size, size, 3]} in [−1, 1]
   */
  public Image render(Scene scene, int size) {
    if (size < 8) {
      throw new IllegalArgumentException("size: " + size + " (expected: ≥ 8 pixels)");
    }
    float[] canvas = new float[3 * size * size]; // in [0, 1] until the end
    for (int i = 0; i < canvas.length; i++) {
      canvas[i] = scene.background().channel(i % 3) / 255f;
    }
    for (Placement placement : scene.placements()) {
      Sprite sprite = sprites.get(placement.concept(), scene.style());
      double longer = max(sprite.width(), sprite.height());
      double scale = longer / (placement.size() * size); // sprite pixels per picture pixel
      Axis across = Axis.of(sprite.width(), placement.x() * size, scale, size);
      Axis down = Axis.of(sprite.height(), placement.y() * size, scale, size);
      float[] layer = resample(sprite, across, down);
      scene.tint().ifPresent(color -> tint(layer, color));
      over(canvas, size, layer, across, down);
    }
    for (int i = 0; i < canvas.length; i++) {
      canvas[i] = min(1, max(-1, 2 * canvas[i] - 1));
    }
    return new Image(size, size, canvas);
  }

  /**
   * The weights that map one axis of a sprite to one axis of a picture.
   *
   * @param from first picture pixel that the sprite covers
   * @param first for each covered picture pixel, its first sprite pixel
   * @param weights for each covered picture pixel, the fraction of it that each sprite pixel fills,
   *     from {@code first} on; the rest is empty
   */
  private record Axis(int from, int[] first, float[][] weights) {
    static Axis of(int length, double centre, double scale, int size) {
      double start = centre - length / scale / 2;
      // When enlarging, a picture pixel averages over the width of one sprite pixel: linear
      // interpolation.
      double footprint = max(1, scale);
      double reach = (footprint - scale) / 2 / scale;
      int from = (int) max(0, floor(start - reach));
      int to = (int) min(size, ceil(start + length / scale + reach));
      int[] first = new int[to - from];
      float[][] weights = new float[to - from][];
      for (int i = from; i < to; i++) {
        double middle = (i + 0.5 - start) * scale;
        double low = max(0, middle - footprint / 2);
        double high = min(length, middle + footprint / 2);
        int begin = (int) min(length, floor(low));
        int end = (int) max(begin, ceil(high));
        float[] w = new float[end - begin];
        for (int j = begin; j < end; j++) {
          w[j - begin] = (float) (max(0, min(high, j + 1) - max(low, j)) / footprint);
        }
        first[i - from] = begin;
        weights[i - from] = w;
      }
      return new Axis(from, first, weights);
    }

    int count() {
      return first.length;
    }
  }

  /** Returns premultiplied RGBA {@code [down, across, 4]} in [0, 1]. */
  private static float[] resample(Sprite sprite, Axis across, Axis down) {
    int columns = across.count();
    float[] narrowed = new float[4 * columns * sprite.height()];
    for (int y = 0; y < sprite.height(); y++) {
      for (int i = 0; i < columns; i++) {
        float[] w = across.weights()[i];
        int begin = across.first()[i];
        float red = 0;
        float green = 0;
        float blue = 0;
        float alpha = 0;
        for (int j = 0; j < w.length; j++) {
          int argb = sprite.argb(begin + j, y);
          alpha += w[j] * (argb >>> 24);
          red += w[j] * (argb >> 16 & 0xff);
          green += w[j] * (argb >> 8 & 0xff);
          blue += w[j] * (argb & 0xff);
        }
        int at = 4 * (y * columns + i);
        narrowed[at] = red / 255;
        narrowed[at + 1] = green / 255;
        narrowed[at + 2] = blue / 255;
        narrowed[at + 3] = alpha / 255;
      }
    }
    float[] layer = new float[4 * columns * down.count()];
    for (int i = 0; i < down.count(); i++) {
      float[] w = down.weights()[i];
      int row = 4 * columns * i;
      for (int j = 0; j < w.length; j++) {
        int source = 4 * columns * (down.first()[i] + j);
        for (int k = 0; k < 4 * columns; k++) {
          layer[row + k] += w[j] * narrowed[source + k];
        }
      }
    }
    return layer;
  }

  /**
   * Recolours to shades of one colour of the same brightness: black stays black, middle grey
   * becomes the colour, white stays white.
   */
  private static void tint(float[] layer, NamedColor color) {
    for (int i = 0; i < layer.length; i += 4) {
      float alpha = layer[i + 3];
      if (alpha > 0) {
        float luma =
            (0.299f * layer[i] + 0.587f * layer[i + 1] + 0.114f * layer[i + 2]) / alpha; // BT.601
        for (int c = 0; c < 3; c++) {
          float full = color.channel(c) / 255f;
          float shade = luma < 0.5f ? 2 * luma * full : full + (2 * luma - 1) * (1 - full);
          layer[i + c] = alpha * shade;
        }
      }
    }
  }

  private static void over(float[] canvas, int size, float[] layer, Axis across, Axis down) {
    for (int y = 0; y < down.count(); y++) {
      for (int x = 0; x < across.count(); x++) {
        int source = 4 * (y * across.count() + x);
        int target = 3 * ((down.from() + y) * size + across.from() + x);
        float rest = 1 - layer[source + 3];
        for (int c = 0; c < 3; c++) {
          canvas[target + c] = layer[source + c] + rest * canvas[target + c];
        }
      }
    }
  }
}
