package io.diffusion4j.nn.exact;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/** Products in plain Java, on any processor. */
final class PlainProducts implements Products {
  @Override
  public Filter filter(Window w, List<float[]> weights) {
    int limbs = weights.size();
    List<double[]> ofLimbs = weights.stream().map(limb -> byInput(w, limb)).toList();
    return (x, factor, sums, crew) -> {
      float[] integers = new float[limbs * x.length];
      Quantised.write(x, 0, x.length, factor, limbs, FloatBuffer.wrap(integers), 0);
      crew.each(
          part -> {
            float[] own = new float[limbs * limbs * w.outWidth() * w.out()];
            for (int row = part; row < w.outHeight(); row += crew.size()) {
              int at = 0;
              for (double[] limb : ofLimbs) {
                for (int image = 0; image < limbs; image++) {
                  row(w, limb, integers, image * w.size(), row, own, at);
                  at += w.outWidth() * w.out();
                }
              }
              sums.take(FloatBuffer.wrap(own), row * w.outWidth(), w.outWidth());
            }
          });
    };
  }

  /** Returns weights as {@code [kernel, kernel, in, out]}. */
  private static double[] byInput(Window w, float[] weights) {
    int each = weights.length / w.out();
    double[] byInput = new double[weights.length];
    for (int o = 0; o < w.out(); o++) {
      for (int i = 0; i < each; i++) {
        byInput[i * w.out() + o] = weights[o * each + i];
      }
    }
    return byInput;
  }

  /** Computes a row of the results; sums below 2⁵³ are exact in double precision. */
  private static void row(
      Window w, double[] weights, float[] x, int image, int row, float[] sums, int at) {
    int out = w.out();
    double[] sum = new double[out];
    int top = row * w.stride() - w.pad();
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
      for (int o = 0; o < out; o++) {
        sums[at + column * out + o] = (float) sum[o];
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
