package io.diffusion4j.prior;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;

/**
 * The scale of CLIP image embeddings, per dimension: the prior works on (z − mean) / std.
 *
 * @param mean {@code [E]}
 * @param std {@code [E]}, all positive
 */
public record Standardization(float[] mean, float[] std) {
  public Standardization {
    Check.that(mean.length == std.length, "clip_std", std.length + " values", "%s", mean.length);
    for (float s : std) {
      Check.that(s > 0, "clip_std", s, "> 0");
    }
  }

  /** Returns E. */
  public int size() {
    return mean.length;
  }

  /** Computes (z − mean) / std, a new array. */
  public float[] apply(float[] z) {
    float[] x = new float[z.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (z[i] - mean[i]) / std[i];
    }
    return x;
  }

  /** Computes x·std + mean, a new array. */
  public float[] restore(float[] x) {
    float[] z = new float[x.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = x[i] * std[i] + mean[i];
    }
    return z;
  }

  /** Leaves embeddings as they are. */
  public static Standardization none(int size) {
    float[] ones = new float[size];
    Arrays.fill(ones, 1);
    return new Standardization(new float[size], ones);
  }

  /** Computes the scale of embeddings. */
  public static Standardization of(Iterable<float[]> embeddings, int size) {
    double[] sum = new double[size];
    double[] square = new double[size];
    long count = 0;
    for (float[] z : embeddings) {
      for (int i = 0; i < size; i++) {
        sum[i] += z[i];
        square[i] += (double) z[i] * z[i];
      }
      count++;
    }
    float[] mean = new float[size];
    float[] std = new float[size];
    for (int i = 0; i < size; i++) {
      mean[i] = (float) (sum[i] / count);
      double variance = square[i] / count - (sum[i] / count) * (sum[i] / count);
      std[i] = (float) Math.sqrt(Math.max(variance, 1e-12));
    }
    return new Standardization(mean, std);
  }
}
