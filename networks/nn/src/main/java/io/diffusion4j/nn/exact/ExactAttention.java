package io.diffusion4j.nn.exact;

import java.util.List;

/**
 * Attention of one sample, head by head, in blocks of queries. Queries, keys, values and
 * probabilities have two limbs. The probabilities of a query are relative to the largest, and are
 * divided by the sum of their integers, so that they add up to 1.
 */
final class ExactAttention {
  /** Logits that are processed at a time. */
  private static final int LOGITS = 1 << 16;

  private final int heads;
  private final int queries;
  private final int keys;
  private final int width;
  private final int block;
  private final Products.Pair logits;
  private final Products.Pair results;

  /**
   * Prepares an attention.
   *
   * @param channels of all heads
   */
  ExactAttention(Products products, int heads, int queries, int keys, int channels) {
    this.heads = heads;
    this.queries = queries;
    this.keys = keys;
    this.width = channels / heads;
    this.block = Math.max(1, Math.min(queries, LOGITS / keys));
    this.logits = products.pair(2 * block, 2 * keys, width);
    this.results = products.pair(2 * block, 2 * width, keys);
  }

  /**
   * Computes the result.
   *
   * @param masks summands of the logits
   * @param strides of each mask for batch, head, query and key
   */
  void run(
      float[] q,
      float[] k,
      float[] v,
      List<float[]> masks,
      List<int[]> strides,
      float[] y,
      Crew crew) {
    crew.each(
        part -> {
          int thread = crew.size() == 1 ? crew.member() : part;
          for (int head = part; head < heads; head += crew.size()) {
            head(head, q, k, v, masks, strides, y, thread);
          }
        });
  }

  private void head(
      int head,
      float[] q,
      float[] k,
      float[] v,
      List<float[]> masks,
      List<int[]> strides,
      float[] y,
      int thread) {
    float[] ownQ = rows(q, queries, head);
    float scaleQ = Quantised.scale(Quantised.size(ownQ, 0, ownQ.length), 2);
    float[] ownK = rows(k, keys, head);
    float scaleK = Quantised.scale(Quantised.size(ownK, 0, ownK.length), 2);
    float[] limbsK = split(ownK, scaleK);
    float[] ownV = turned(v, head);
    float scaleV = Quantised.scale(Quantised.size(ownV, 0, ownV.length), 2);
    float[] limbsV = split(ownV, scaleV);
    float factor = scaleQ * scaleK * (float) (1 / Math.sqrt(width));
    float[] limbsQ = new float[2 * block * width];
    float[] sums = new float[4 * block * keys];
    float[] p = new float[2 * block * keys];
    float[] row = new float[keys];
    float[] result = new float[width];
    float[] total = new float[block];
    float[] out = new float[4 * block * width];
    for (int begin = 0; begin < queries; begin += block) {
      int first = Math.min(begin, queries - block); // the last block may repeat some queries
      Quantised.split(
          ownQ, first * width, (first + block) * width, 1 / scaleQ, limbsQ, 0, block * width);
      logits.run(limbsQ, limbsK, sums, thread);
      for (int i = 0; i < block; i++) {
        joined(sums, i, block, keys, factor, row);
        for (int m = 0; m < masks.size(); m++) {
          int[] s = strides.get(m);
          hide(row, masks.get(m), head * s[1] + (first + i) * s[2], s[3]);
        }
        total[i] = probabilities(row, p, i * keys, block * keys);
      }
      results.run(p, limbsV, out, thread);
      for (int i = 0; i < block; i++) {
        joined(out, i, block, width, scaleV / total[i], result);
        System.arraycopy(result, 0, y, ((first + i) * heads + head) * width, width);
      }
    }
  }

  /** Adds the products of the limbs in a row of the results. */
  private static void joined(
      float[] sums, int row, int rows, int columns, float factor, float[] to) {
    int high = row * 2 * columns;
    int low = (rows + row) * 2 * columns;
    for (int j = 0; j < columns; j++) {
      float middle = sums[high + columns + j] + sums[low + j];
      float upper = sums[high + j] * Quantised.BASE + middle;
      to[j] = (upper * Quantised.BASE + sums[low + columns + j]) * factor;
    }
  }

  private static void hide(float[] row, float[] mask, int from, int step) {
    for (int j = 0; j < row.length; j++) {
      row[j] += mask[from + j * step];
    }
  }

  /** Writes the limbs of the probabilities; returns the sum of their integers. */
  private static float probabilities(float[] row, float[] p, int to, int apart) {
    float largest = row[0];
    for (int j = 1; j < row.length; j++) {
      largest = Math.max(largest, row[j]);
    }
    for (int j = 0; j < row.length; j++) {
      row[j] = Curves.exp(row[j] - largest);
    }
    Quantised.split(row, 0, row.length, Quantised.largest(2), p, to, apart);
    double sum = 0; // of integers, exact in any order
    for (int j = 0; j < row.length; j++) {
      sum += p[to + j] * Quantised.BASE + p[to + apart + j];
    }
    return (float) sum;
  }

  private float[] rows(float[] x, int count, int head) {
    float[] own = new float[count * width];
    for (int i = 0; i < count; i++) {
      System.arraycopy(x, (i * heads + head) * width, own, i * width, width);
    }
    return own;
  }

  /** Returns the values of a head, a row for each channel. */
  private float[] turned(float[] v, int head) {
    float[] own = new float[keys * width];
    for (int i = 0; i < keys; i++) {
      for (int c = 0; c < width; c++) {
        own[c * keys + i] = v[(i * heads + head) * width + c];
      }
    }
    return own;
  }

  private static float[] split(float[] x, float scale) {
    float[] limbs = new float[2 * x.length];
    Quantised.split(x, 0, x.length, 1 / scale, limbs, 0, x.length);
    return limbs;
  }
}
