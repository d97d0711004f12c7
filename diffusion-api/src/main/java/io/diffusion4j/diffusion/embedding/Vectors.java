package io.diffusion4j.diffusion.embedding;

import io.diffusion4j.diffusion.argument.Check;

/** Length, dot product and cosine of embeddings. */
public final class Vectors {
  private Vectors() {}

  /**
   * Computes a·b, summed in float64.
   *
   * @throws IllegalArgumentException if one has more values than the other
   */
  public static double dot(float[] a, float[] b) {
    Check.that(
        a.length == b.length, "vectors", a.length + " and " + b.length + " values", "as many");
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /** Returns the Euclidean length of a vector. */
  public static double length(float[] v) {
    return Math.sqrt(dot(v, v));
  }

  /** Returns the cosine of the angle between two vectors; 0 if one of them has no direction. */
  public static double cosine(float[] a, float[] b) {
    double lengths = Math.sqrt(dot(a, a) * dot(b, b));
    return lengths == 0 ? 0 : dot(a, b) / lengths;
  }
}
