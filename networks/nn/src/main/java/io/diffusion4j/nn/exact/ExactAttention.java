package io.diffusion4j.nn.exact;

import java.nio.FloatBuffer;
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
  private final int blocks;
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
    int share = heads % 2 == 0 ? queries : (queries + 1) / 2; // two threads can share a head
    this.block = Math.max(1, Math.min(share, LOGITS / keys));
    this.blocks = (queries + block - 1) / block;
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
          int next = heads * blocks * part / crew.size();
          int last = heads * blocks * (part + 1) / crew.size();
          while (next < last) {
            int head = next / blocks;
            int end = Math.min(last, (head + 1) * blocks);
            head(head, next % blocks, end - head * blocks, q, k, v, masks, strides, y, thread);
            next = end;
          }
        });
  }

  /** Computes some blocks of a head. */
  private void head(
      int head,
      int fromBlock,
      int toBlock,
      float[] q,
      float[] k,
      float[] v,
      List<float[]> masks,
      List<int[]> strides,
      float[] y,
      int thread) {
    int size = keys * width;
    float[] own = rows(k, keys, head);
    float scaleK = Quantised.scale(Quantised.size(own, 0, size), 2);
    float[] limbsK = split(own, size, scaleK, Scratch.LIMBS_OF_KEYS);
    own = turned(v, head);
    float scaleV = Quantised.scale(Quantised.size(own, 0, size), 2);
    float[] limbsV = split(own, size, scaleV, Scratch.LIMBS_OF_VALUES);
    own = rows(q, queries, head);
    float scaleQ = Quantised.scale(Quantised.size(own, 0, queries * width), 2);
    float factor = scaleQ * scaleK * (float) (1 / Math.sqrt(width));
    float[] limbsQ = Scratch.LIMBS_OF_QUERIES.array(2 * block * width);
    float[] sums = Scratch.SUMS.array(4 * block * keys);
    float[] p = Scratch.LIMBS_OF_PROBABILITIES.array(2 * block * keys);
    float[] out = Scratch.RESULTS.array(4 * block * width);
    float[][] row = new float[4][keys];
    float[][] result = new float[4][width];
    float[] total = new float[block];
    for (int part = fromBlock; part < toBlock; part++) {
      int first = Math.min(part * block, queries - block); // the last block may repeat some queries
      Quantised.write(
          own, first * width, block * width, 1 / scaleQ, 2, FloatBuffer.wrap(limbsQ), 0);
      logits.run(limbsQ, limbsK, sums, thread);
      for (int i = 0; i < block; i++) {
        join(sums, i, block, factor, row);
        for (int m = 0; m < masks.size(); m++) {
          int[] s = strides.get(m);
          hide(row[0], masks.get(m), head * s[1] + (first + i) * s[2], s[3]);
        }
        total[i] = probabilities(row, p, i * keys, block * keys);
      }
      results.run(p, limbsV, out, thread);
      for (int i = 0; i < block; i++) {
        join(out, i, block, scaleV / total[i], result);
        System.arraycopy(result[0], 0, y, ((first + i) * heads + head) * width, width);
      }
    }
  }

  /**
   * Adds the products of the limbs in a row of the results.
   *
   * @param parts receives the sums times the factor in the first of four arrays
   */
  private static void join(float[] sums, int row, int rows, float factor, float[][] parts) {
    float[] to = parts[0];
    int n = to.length;
    for (int i = 0; i < parts.length; i++) {
      System.arraycopy(sums, (i / 2 * rows + row) * 2 * n + i % 2 * n, parts[i], 0, n);
    }
    Tiles.join(to, parts[1], parts[2], parts[3], factor, n);
  }

  private static void hide(float[] row, float[] mask, int from, int step) {
    for (int j = 0; j < row.length; j++) {
      row[j] += mask[from + j * step];
    }
  }

  /**
   * Writes the limbs of the probabilities; returns the sum of their integers.
   *
   * @param row the logits in the first of the arrays; the others are for intermediate results
   */
  private static float probabilities(float[][] row, float[] p, int to, int apart) {
    float[] logits = row[0];
    float[] high = row[1];
    float[] low = row[2];
    float largest = logits[0];
    for (int j = 1; j < logits.length; j++) {
      largest = Math.max(largest, logits[j]);
    }
    Curves.exp(logits, largest, high);
    Tiles.round(high, Quantised.largest(2), high.length);
    double sum = 0; // of integers, exact in any order
    for (float integer : high) {
      sum += integer;
    }
    Tiles.split(high, low, high.length);
    System.arraycopy(high, 0, p, to, high.length);
    System.arraycopy(low, 0, p, to + apart, low.length);
    return (float) sum;
  }

  private float[] rows(float[] x, int count, int head) {
    float[] own = Scratch.OWN.array(count * width);
    for (int i = 0; i < count; i++) {
      System.arraycopy(x, (i * heads + head) * width, own, i * width, width);
    }
    return own;
  }

  /** Returns the values of a head, a row for each channel. */
  private float[] turned(float[] v, int head) {
    float[] own = Scratch.OWN.array(keys * width);
    for (int i = 0; i < keys; i++) {
      for (int c = 0; c < width; c++) {
        own[c * keys + i] = v[(i * heads + head) * width + c];
      }
    }
    return own;
  }

  private static float[] split(float[] x, int count, float scale, Scratch to) {
    float[] limbs = to.array(2 * count);
    Quantised.write(x, 0, count, 1 / scale, 2, FloatBuffer.wrap(limbs), 0);
    return limbs;
  }
}
