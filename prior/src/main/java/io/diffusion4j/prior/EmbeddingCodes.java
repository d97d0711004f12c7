package io.diffusion4j.prior;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Image embeddings as codes (DALL-E 2, §2.2): their principal components, by decreasing variance,
 * each cut into buckets.
 *
 * <p>The paper does not specify the buckets. Here the buckets are equally wide between two ends of
 * each component. Values beyond the ends belong to the outermost buckets, and a code is decoded to
 * the middle of its bucket.
 *
 * @param components the directions
 * @param low {@code [K]}: the lower end of the first bucket of each component
 * @param width {@code [K]}: of a bucket of each component, positive
 * @param buckets N
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record EmbeddingCodes(
    PrincipalComponents components, float[] low, float[] width, int buckets) {
  /** The share of embeddings beyond either end. */
  private static final double BEYOND = 0.001;

  public EmbeddingCodes {
    if (low.length != components.count() || width.length != low.length) {
      throw new IllegalArgumentException(
          "codes: %d ends, %d widths (expected: %d of each)"
              .formatted(low.length, width.length, components.count()));
    }
    for (float w : width) {
      Check.that(w > 0 && w < Float.POSITIVE_INFINITY, "codes.width", w, "> 0");
    }
    Check.that(buckets >= 2, "buckets", buckets, "≥ 2");
  }

  /**
   * Computes the codes from a sample of embeddings.
   *
   * @param count the number of components, K
   * @param buckets the number of buckets of each component, N
   */
  public static EmbeddingCodes of(List<float[]> embeddings, int count, int buckets) {
    var components = PrincipalComponents.of(embeddings, count);
    List<double[]> all = new ArrayList<>(embeddings.size());
    embeddings.forEach(z -> all.add(components.project(z)));
    float[] low = new float[count];
    float[] width = new float[count];
    for (int k = 0; k < count; k++) {
      int component = k;
      double[] sorted = all.stream().mapToDouble(along -> along[component]).sorted().toArray();
      int beyond = (int) (BEYOND * sorted.length);
      low[k] = (float) sorted[beyond];
      double span = sorted[sorted.length - 1 - beyond] - low[k];
      width[k] = (float) Math.max(span / buckets, 1e-6);
    }
    return new EmbeddingCodes(components, low, width, buckets);
  }

  /** Returns the codes of an embedding, each from 0 to N − 1. */
  public int[] encode(float[] z) {
    double[] along = components.project(z);
    int[] codes = new int[along.length];
    Arrays.setAll(
        codes,
        k -> (int) Math.max(0, Math.min(buckets - 1, Math.floor((along[k] - low[k]) / width[k]))));
    return codes;
  }

  /** Returns the embedding in the middle of its buckets. */
  public float[] decode(int[] codes) {
    double[] along = new double[codes.length];
    Arrays.setAll(along, k -> low[k] + (codes[k] + 0.5) * width[k]);
    return components.restore(along);
  }
}
