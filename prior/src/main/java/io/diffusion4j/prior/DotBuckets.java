package io.diffusion4j.prior;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;

/**
 * Dot products z_i·z_t of image and text embeddings, not normalised, as {@link
 * io.diffusion4j.diffusion.part.BestOfPrior} compares them, as one of D tokens, each of which is
 * equally frequent among the pairs that this was taken from: the upper half of the tokens is the
 * upper half of the pairs.
 *
 * @param edges {@code [D − 1]}, ascending: where the second token begins, and the third, …
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
   * Tokens for dot products like these.
   *
   * @param dots some
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

  /** The token that says nothing, D: that of a caption that was dropped. */
  public int none() {
    return edges.length + 1;
  }

  /** The token of a dot product. */
  public int token(double dot) {
    int token = 0;
    while (token < edges.length && dot >= edges[token]) {
      token++;
    }
    return token;
  }
}
