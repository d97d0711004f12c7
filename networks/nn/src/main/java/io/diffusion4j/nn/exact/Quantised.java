package io.diffusion4j.nn.exact;

import io.diffusion4j.nn.exact.Products.Window;

/**
 * Numbers as integers times a scale: value ≈ scale·q, where the largest absolute value has the
 * largest q. With one limb, |q| ≤ 127; with two, q = 128·high + low, with |high| ≤ 127 and |low| ≤
 * 64.
 */
final class Quantised {
  /** The factor of a high limb. */
  static final float BASE = 128;

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
    float size = 0;
    for (int i = begin; i < end; i++) { // the JIT compiles this form to vector instructions
      size = Math.max(size, Math.abs(x[i]));
    }
    return size;
  }

  /**
   * Writes the limbs of some places.
   *
   * @param to the place of the first high limb
   * @param apart the distance of low limbs from their high limbs; 0 for one limb
   */
  static void split(
      float[] x, int begin, int end, float inverse, float[] limbs, int to, int apart) {
    int shift = to - begin;
    if (apart == 0) {
      Products.round(x, begin, end, inverse, limbs, to);
      return;
    }
    for (int i = begin; i < end; i++) {
      float q = (x[i] * inverse + Products.ROUND) - Products.ROUND;
      float high = (q * (1 / BASE) + Products.ROUND) - Products.ROUND;
      limbs[i + shift] = high;
      limbs[i + shift + apart] = q - high * BASE;
    }
  }

  /** Weights with a scale for each output. */
  @SuppressWarnings("ArrayRecordComponent") // bulk data
  record Weights(float[] limbs, float[] scales) {
    /**
     * Quantises weights.
     *
     * @param weights the values of each output, one output after the other
     * @param count the number of limbs
     */
    static Weights of(float[] weights, Window window, int count) {
      int each = weights.length / window.out();
      float[] limbs = new float[count * weights.length];
      float[] scales = new float[window.out()];
      int apart = count == 1 ? 0 : weights.length;
      for (int o = 0; o < scales.length; o++) {
        int from = o * each;
        scales[o] = scale(size(weights, from, from + each), count);
        split(weights, from, from + each, 1 / scales[o], limbs, from, apart);
      }
      return new Weights(limbs, scales);
    }
  }
}
