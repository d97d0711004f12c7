package io.diffusion4j.nn.exact;

/**
 * Loops over tiles: positions with their channels, copied to an array that fits a processor's first
 * cache. A tile starts at index 0, as do the numbers of its channels, which are {@linkplain
 * #repeated repeated}: the JIT compiles loops to vector instructions only if all arrays have the
 * same index, and the channels of one position are too few for it.
 */
final class Tiles {
  /** The default number of elements. */
  static final int LENGTH = 1024;

  private Tiles() {}

  /** Returns the positions of a tile, at least one. */
  static int positions(int channels) {
    return Math.max(1, LENGTH / channels);
  }

  /** Returns the numbers of all channels for each position of a tile. */
  static float[] repeated(float[] ofChannels, int positions) {
    float[] tile = new float[ofChannels.length * positions];
    for (int at = 0; at < tile.length; at += ofChannels.length) {
      System.arraycopy(ofChannels, 0, tile, at, ofChannels.length);
    }
    return tile;
  }

  /** Computes x·factor + shift. */
  static void scale(float[] tile, float[] factor, float[] shift, int n) {
    for (int i = 0; i < n; i++) {
      tile[i] = tile[i] * factor[i] + shift[i];
    }
  }

  /** Adds x − center and its square to sums. */
  static void addMoments(float[] tile, float[] center, float[] sums, float[] squares, int n) {
    for (int i = 0; i < n; i++) {
      float d = tile[i] - center[i];
      sums[i] += d;
      squares[i] += d * d;
    }
  }

  /** Keeps the larger one of a size and |x|; NaN if one is. */
  static void enlarge(float[] tile, float[] sizes, int n) {
    for (int i = 0; i < n; i++) {
      sizes[i] = Math.max(sizes[i], Math.abs(tile[i]));
    }
  }

  /** Returns the largest of some sizes; NaN if one is. */
  static float largest(float[] sizes, int n) {
    float largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, sizes[i]);
    }
    return largest;
  }

  /** Writes the integers nearest to x·factor, ties to even; below 2²¹. */
  static void round(float[] tile, float factor, int n) {
    for (int i = 0; i < n; i++) {
      tile[i] = (tile[i] * factor + Quantised.ROUND) - Quantised.ROUND;
    }
  }

  /** Divides integers into high and low limbs. */
  static void split(float[] tile, float[] low, int n) {
    for (int i = 0; i < n; i++) {
      float high = (tile[i] * (1 / Quantised.BASE) + Quantised.ROUND) - Quantised.ROUND;
      low[i] = tile[i] - high * Quantised.BASE;
      tile[i] = high;
    }
  }

  /**
   * Adds the products of two limbs each, with their weights, and computes sum·factor + shift.
   *
   * @param tile of the high limbs; receives the result
   */
  static void join(
      float[] tile,
      float[] middle,
      float[] otherMiddle,
      float[] low,
      float[] factor,
      float[] shift,
      int n) {
    for (int i = 0; i < n; i++) {
      tile[i] = join(tile[i], middle[i] + otherMiddle[i], low[i]) * factor[i] + shift[i];
    }
  }

  /** Adds the products of two limbs each, with their weights, and computes sum·factor. */
  static void join(
      float[] tile, float[] middle, float[] otherMiddle, float[] low, float factor, int n) {
    for (int i = 0; i < n; i++) {
      tile[i] = join(tile[i], middle[i] + otherMiddle[i], low[i]) * factor;
    }
  }

  private static float join(float high, float middle, float low) {
    return (high * Quantised.BASE + middle) * Quantised.BASE + low;
  }
}
