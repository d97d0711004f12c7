package io.diffusion4j.nn.exact;

import java.util.Arrays;

/** Products in plain Java, on any processor. */
final class PlainProducts implements Products {
  @Override
  public Filter filter(Window w, float[] weights) {
    int taps = w.kernel() * w.kernel() * w.in();
    double[] byInput = new double[weights.length]; // [kernel, kernel, in, out]
    for (int o = 0; o < w.out(); o++) {
      for (int i = 0; i < taps; i++) {
        byInput[i * w.out() + o] = weights[o * taps + i];
      }
    }
    return (x, factor, images, sums, crew) -> {
      float[] integers = new float[x.length];
      Products.round(x, 0, x.length, factor, integers, 0);
      int rows = images * w.outHeight();
      crew.each(
          thread -> {
            for (int row = thread; row < rows; row += crew.size()) {
              row(w, byInput, integers, row, sums);
            }
          });
    };
  }

  /** Computes a row of the results; sums below 2⁵³ are exact in double precision. */
  private static void row(Window w, double[] weights, float[] x, int row, float[] sums) {
    int out = w.out();
    double[] sum = new double[out];
    int image = row / w.outHeight() * w.size();
    int top = row % w.outHeight() * w.stride() - w.pad();
    for (int column = 0; column < w.outWidth(); column++) {
      int left = column * w.stride() - w.pad();
      Arrays.fill(sum, 0);
      for (int ky = Math.max(0, -top); ky < Math.min(w.kernel(), w.height() - top); ky++) {
        for (int kx = Math.max(0, -left); kx < Math.min(w.kernel(), w.width() - left); kx++) {
          int from = image + ((top + ky) * w.width() + left + kx) * w.in();
          for (int i = 0; i < w.in(); i++) {
            add(sum, x[from + i], weights, ((ky * w.kernel() + kx) * w.in() + i) * out);
          }
        }
      }
      int to = (row * w.outWidth() + column) * out;
      for (int o = 0; o < out; o++) {
        sums[to + o] = (float) sum[o];
      }
    }
  }

  private static void add(double[] sum, double x, double[] weights, int from) {
    for (int o = 0; o < sum.length; o++) {
      sum[o] += x * weights[from + o];
    }
  }

  @Override
  public Pair pair(int m, int n, int k) {
    return (a, b, sums, thread) -> {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          for (int l = 0; l < k; l++) {
            sum += (double) a[i * k + l] * b[j * k + l];
          }
          sums[i * n + j] = (float) sum;
        }
      }
    };
  }

  @Override
  public void close() {} // has only memory on the heap
}
