package io.diffusion4j.prior;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;

/**
 * Un-normalised dot products z_i·z_t of image and text embeddings as D tokens. Each token is
 * equally frequent in the training pairs, so the upper half of the tokens is the upper half of the
 * pairs. ({@link io.diffusion4j.diffusion.component.BestOfPrior} compares the same dot products.)
 *
 * @param edges {@code [D − 1]}, ascending: the lower bounds of the second token, the third, …
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record DotBuckets(float[] edges) {
  public DotBuckets {
    for (int i = 1; i < edges.length; i++) {
      Check.that(
          edges[i - 1] <= edges[i], "dot.edges", edges[i - 1] + ", " + edges[i], "ascending");
    }
  }

  /**
   * Computes the tokens from a sample of dot products.
   *
   * @param dots the sample
   * @param count D
   */
  public static DotBuckets of(double[] dots, int count) {
    double[] sorted = dots.clone();
    Arrays.sort(sorted);
    float[] edges = new float[count - 1];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = (float) sorted[(int) ((i + 1L) * sorted.length / count)];
    }
    return new DotBuckets(edges);
  }

  /** Returns D, the token for a dropped caption. */
  public int none() {
    return edges.length + 1;
  }

  /** Returns the token of a dot product. */
  public int token(double dot) {
    int token = 0;
    while (token < edges.length && dot >= edges[token]) {
      token++;
    }
    return token;
  }
}
