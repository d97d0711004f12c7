package io.diffusion4j.nn.exact;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Numbers as integers times a scale: value ≈ scale·q, where the largest absolute value has the
 * largest q. With one limb, |q| ≤ 127; with two, q = 128·high + low, with |high| ≤ 127 and |low| ≤
 * 64.
 */
public final class Quantised {
  /** The factor of a high limb. */
  static final float BASE = 128;

  /** Adding and subtracting it rounds numbers up to 2²¹ to the nearest integer, ties to even. */
  static final float ROUND = 3 << 22;

  private Quantised() {}

  /** Returns the largest q. */
  static float largest(int limbs) {
    return limbs == 1 ? Products.LARGEST : Products.LARGEST * BASE;
  }

  /** Returns the scale for values up to this size; 1 if all are 0. */
  static float scale(float size, int limbs) {
    if (!(size < Float.POSITIVE_INFINITY)) {
      throw new IllegalStateException(
          "activation: " + size + " (expected: a finite number, in exact products)");
    }
    float scale = size / largest(limbs);
    return scale < Float.MIN_NORMAL ? 1 : scale;
  }

  /** Returns the largest absolute value of some places; NaN if one is. */
  static float size(float[] x, int begin, int end) {
    int length = Math.min(Tiles.LENGTH, end - begin);
    float[] tile = Scratch.TILE.array(length);
    float[] sizes = Scratch.TILE_2.array(length);
    Arrays.fill(sizes, 0, length, 0);
    for (int at = begin; at < end; at += length) {
      int n = Math.min(length, end - at);
      System.arraycopy(x, at, tile, 0, n);
      Tiles.enlarge(tile, sizes, n);
    }
    return Tiles.largest(sizes, length);
  }

  /**
   * Writes the limbs of some numbers times a factor.
   *
   * @param limbs 1 or 2
   * @param to receives all high limbs at an index, then all low ones
   */
  public static void write(
      float[] x, int from, int count, float factor, int limbs, FloatBuffer to, int index) {
    int length = Math.min(Tiles.LENGTH, count);
    float[] tile = Scratch.TILE.array(length);
    float[] low = Scratch.TILE_2.array(length);
    for (int at = 0; at < count; at += length) {
      int n = Math.min(length, count - at);
      System.arraycopy(x, from + at, tile, 0, n);
      Tiles.round(tile, factor, n);
      if (limbs == 2) {
        Tiles.split(tile, low, n);
        to.put(index + count + at, low, 0, n);
      }
      to.put(index + at, tile, 0, n);
    }
  }

  /**
   * Weights with a scale for each output.
   *
   * @param limbs the integers of each limb
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data
  record Weights(List<float[]> limbs, float[] scales) {
    /**
     * Quantises weights.
     *
     * @param weights the values of each output, one output after the other
     * @param count the number of limbs
     */
    static Weights of(float[] weights, int outputs, int count) {
      int each = weights.length / outputs;
      List<float[]> limbs = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        limbs.add(new float[weights.length]);
      }
      float[] scales = new float[outputs];
      float[] own = new float[count * each];
      for (int o = 0; o < outputs; o++) {
        int from = o * each;
        scales[o] = scale(size(weights, from, from + each), count);
        write(weights, from, each, 1 / scales[o], count, FloatBuffer.wrap(own), 0);
        for (int i = 0; i < count; i++) {
          System.arraycopy(own, i * each, limbs.get(i), from, each);
        }
      }
      return new Weights(limbs, scales);
    }
  }
}
