package io.diffusion4j.evaluation;

import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The distance of the Gaussians fitted to two sets of vectors (Fréchet 1957; of network features,
 * Heusel et al. 2017, eq. 6): ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2·(C₁·C₂)^½). It falls with the number of
 * pictures, so compare only values for equal numbers.
 *
 * <p>With C = Rᵀ·R, where R comes from the QR decomposition of the centred vectors, the trace of
 * the root is the sum of the singular values of R₁·R₂ᵀ. No root of a matrix is taken, and there may
 * be fewer vectors than dimensions.
 */
public final class FrechetDistance {
  private final Gaussian reference;

  /** Fits a Gaussian to the reference, at least two vectors of one size. */
  public FrechetDistance(List<float[]> reference) {
    this.reference = Gaussian.of(reference);
  }

  /** Returns the distance to another set of at least two vectors. */
  public double to(List<float[]> other) {
    Gaussian that = Gaussian.of(other);
    double square = 0;
    for (int i = 0; i < that.mean.length; i++) {
      square += (reference.mean[i] - that.mean[i]) * (reference.mean[i] - that.mean[i]);
    }
    double[] singular =
        new SingularValueDecomposition(reference.factor.multiplyTransposed(that.factor))
            .getSingularValues();
    double traceOfRoot = Arrays.stream(singular).sum();
    return Math.max(0, square + reference.trace() + that.trace() - 2 * traceOfRoot);
  }

  /**
   * A normal distribution.
   *
   * @param factor R of the covariance Rᵀ·R
   */
  private record Gaussian(double[] mean, RealMatrix factor) {
    static Gaussian of(List<float[]> rows) {
      if (rows.size() < 2) {
        throw new IllegalArgumentException("vectors: " + rows.size() + " (expected: at least two)");
      }
      double[] mean = new double[rows.get(0).length];
      for (float[] row : rows) {
        for (int i = 0; i < mean.length; i++) {
          mean[i] += row[i] / rows.size();
        }
      }
      double[][] centred = new double[rows.size()][mean.length];
      double scale = 1 / Math.sqrt(rows.size() - 1);
      for (int row = 0; row < centred.length; row++) {
        for (int i = 0; i < mean.length; i++) {
          centred[row][i] = scale * (rows.get(row)[i] - mean[i]);
        }
      }
      int rank = Math.min(rows.size(), mean.length);
      RealMatrix r = new QRDecomposition(new Array2DRowRealMatrix(centred, false)).getR();
      return new Gaussian(mean, r.getSubMatrix(0, rank - 1, 0, mean.length - 1));
    }

    double trace() {
      return factor.getFrobeniusNorm() * factor.getFrobeniusNorm();
    }
  }
}
