package io.diffusion4j.prior;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * Principal components of embeddings (Pearson 1901): orthonormal directions, by decreasing
 * variance.
 *
 * @param mean {@code [E]}
 * @param directions {@code [K, E]} row-major, each of length 1
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record PrincipalComponents(float[] mean, float[] directions) {
  public PrincipalComponents {
    Check.that(
        mean.length != 0 && directions.length != 0 && directions.length % mean.length == 0,
        "directions",
        directions.length + " values",
        "a multiple of %s",
        mean.length);
  }

  /**
   * Computes the first components of embeddings.
   *
   * @param embeddings the embeddings, at least two
   * @param count K
   */
  public static PrincipalComponents of(List<float[]> embeddings, int count) {
    int e = embeddings.get(0).length;
    Check.that(count >= 1 && count <= e, "components", count, "1 to %s", e);
    double[] mean = new double[e];
    for (float[] z : embeddings) {
      for (int i = 0; i < e; i++) {
        mean[i] += z[i] / (double) embeddings.size();
      }
    }
    double[][] covariance = new double[e][e];
    double[] centred = new double[e];
    for (float[] z : embeddings) {
      Arrays.setAll(centred, i -> z[i] - mean[i]);
      for (int i = 0; i < e; i++) {
        for (int j = 0; j < e; j++) {
          covariance[i][j] += centred[i] * centred[j] / embeddings.size();
        }
      }
    }
    // The covariance is symmetric and positive semi-definite, so its left singular vectors are its
    // eigenvectors, by decreasing variance. The decomposition also converges on a singular matrix,
    // which is what fewer embeddings than dimensions give.
    RealMatrix axes =
        new SingularValueDecomposition(new Array2DRowRealMatrix(covariance, false)).getU();
    float[] directions = new float[count * e];
    for (int k = 0; k < count; k++) {
      for (int i = 0; i < e; i++) {
        directions[k * e + i] = (float) axes.getEntry(i, k);
      }
    }
    float[] single = new float[e];
    for (int i = 0; i < e; i++) {
      single[i] = (float) mean[i];
    }
    return new PrincipalComponents(single, directions);
  }

  /** Returns K. */
  public int count() {
    return directions.length / mean.length;
  }

  /** Returns the coordinates of an embedding, {@code [K]}. */
  public double[] project(float[] z) {
    double[] along = new double[count()];
    for (int k = 0; k < along.length; k++) {
      for (int i = 0; i < mean.length; i++) {
        along[k] += (double) directions[k * mean.length + i] * (z[i] - mean[i]);
      }
    }
    return along;
  }

  /** Returns the embedding with these coordinates. */
  public float[] restore(double[] along) {
    float[] z = new float[mean.length];
    for (int i = 0; i < z.length; i++) {
      double value = mean[i];
      for (int k = 0; k < along.length; k++) {
        value += along[k] * directions[k * mean.length + i];
      }
      z[i] = (float) value;
    }
    return z;
  }
}
