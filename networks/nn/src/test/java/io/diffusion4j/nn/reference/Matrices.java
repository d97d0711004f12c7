package io.diffusion4j.nn.reference;

/** Products of row-major matrices, added to the contents of the result. */
final class Matrices {
  private Matrices() {}

  /** Computes y {@code [m, n]} += a {@code [m, k]} · b {@code [n, k]}ᵀ. */
  static void timesTransposed(double[] a, double[] b, double[] y, int m, int n, int k) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int l = 0; l < k; l++) {
          sum += a[i * k + l] * b[j * k + l];
        }
        y[i * n + j] += sum;
      }
    }
  }

  /** Computes y {@code [m, n]} += a {@code [m, k]} · b {@code [k, n]}. */
  static void times(double[] a, double[] b, double[] y, int m, int n, int k) {
    for (int i = 0; i < m; i++) {
      for (int l = 0; l < k; l++) {
        double x = a[i * k + l];
        for (int j = 0; j < n; j++) {
          y[i * n + j] += x * b[l * n + j];
        }
      }
    }
  }

  /** Computes y {@code [m, n]} += a {@code [k, m]}ᵀ · b {@code [k, n]}. */
  static void transposedTimes(double[] a, double[] b, double[] y, int m, int n, int k) {
    for (int l = 0; l < k; l++) {
      for (int i = 0; i < m; i++) {
        double x = a[l * m + i];
        for (int j = 0; j < n; j++) {
          y[i * n + j] += x * b[l * n + j];
        }
      }
    }
  }
}
