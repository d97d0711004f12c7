package io.diffusion4j.evaluation;

import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.RealMatrix;

/**
 * The distance of two sets of vectors as if both were Gaussian (Fréchet 1957; of network features,
 * Heusel et al. 2017, eq. 6): ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2·(C₁·C₂)^½). It is the smaller of the same
 * pictures when there are more of them: compare only numbers from equally many.
 *
 * <p>The trace of the root is that of (S·C₂·S)^½ with S = C₁^½, which is symmetric: no complex
 * numbers arise.
 */
public final class FrechetDistance {
  private final double[] mean;
  private final RealMatrix covariance;
  private final RealMatrix root;

  /** Measures from this set, at least two vectors. */
  public FrechetDistance(List<float[]> reference) {
    mean = mean(reference);
    covariance = covariance(reference, mean);
    root = root(covariance);
  }

  /** To another set, at least two vectors. */
  public double to(List<float[]> other) {
    double[] otherMean = mean(other);
    RealMatrix otherCovariance = covariance(other, otherMean);
    double square = 0;
    for (int i = 0; i < mean.length; i++) {
      square += (mean[i] - otherMean[i]) * (mean[i] - otherMean[i]);
    }
    double traceOfRoot = 0;
    for (double eigenvalue :
        decomposed(root.multiply(otherCovariance).multiply(root)).getEigenvalues()) {
      traceOfRoot += Math.sqrt(Math.max(0, eigenvalue)); // rounding may go below
    }
    double distance = square + covariance.getTrace() + otherCovariance.getTrace() - 2 * traceOfRoot;
    return Math.max(0, distance);
  }

  private static double[] mean(List<float[]> rows) {
    if (rows.size() < 2) {
      throw new IllegalArgumentException("vectors: " + rows.size() + " (expected: at least two)");
    }
    double[] mean = new double[rows.get(0).length];
    for (float[] row : rows) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += row[i] / rows.size();
      }
    }
    return mean;
  }

  private static RealMatrix covariance(List<float[]> rows, double[] mean) {
    int n = mean.length;
    double[][] sum = new double[n][n];
    double[] centred = new double[n];
    for (float[] row : rows) {
      for (int i = 0; i < n; i++) {
        centred[i] = row[i] - mean[i];
      }
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          sum[i][j] += centred[i] * centred[j] / (rows.size() - 1);
        }
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        sum[j][i] = sum[i][j];
      }
    }
    return new Array2DRowRealMatrix(sum, false);
  }

  private static RealMatrix root(RealMatrix symmetric) {
    var eigen = decomposed(symmetric);
    RealMatrix v = eigen.getV();
    double[] values = eigen.getEigenvalues();
    RealMatrix scaled = v.copy();
    for (int i = 0; i < scaled.getRowDimension(); i++) {
      for (int j = 0; j < values.length; j++) {
        scaled.multiplyEntry(i, j, Math.sqrt(Math.max(0, values[j])));
      }
    }
    return scaled.multiplyTransposed(v);
  }

  /** Of the symmetric part: a product is symmetric up to rounding only. */
  private static EigenDecompositionSymmetric decomposed(RealMatrix m) {
    return new EigenDecompositionSymmetric(m.add(m.transpose()).scalarMultiply(0.5));
  }
}
