package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.noise.NoiseSource;

/**
 * Data of two correlated values, N((a, b), [[aa, ab], [ab, bb]]). A sample here is many pairs, one
 * after the other.
 */
record GaussianPairs(double a, double b, double aa, double ab, double bb) {
  /** The data after the SDE has run for a time. */
  GaussianPairs at(VpSde sde, double t) {
    double alphaBar = sde.level(t).alphaBar();
    double signal = Math.sqrt(alphaBar);
    double noise = 1 - alphaBar;
    return new GaussianPairs(
        signal * a, signal * b, alphaBar * aa + noise, alphaBar * ab, alphaBar * bb + noise);
  }

  /** The score of the noisy data: −Σ⁻¹·(x − mean) for each pair. */
  Score under(VpSde sde) {
    return (x, t) -> {
      GaussianPairs noisy = at(sde, t);
      double determinant = noisy.aa * noisy.bb - noisy.ab * noisy.ab;
      double[] score = new double[x.length];
      for (int i = 0; i < x.length; i += 2) {
        double first = x[i] - noisy.a;
        double second = x[i + 1] - noisy.b;
        score[i] = -(noisy.bb * first - noisy.ab * second) / determinant;
        score[i + 1] = -(noisy.aa * second - noisy.ab * first) / determinant;
      }
      return score;
    };
  }

  /** Pairs drawn by Cholesky's factor. */
  double[] draw(int count, NoiseSource noise) {
    float[] z = noise.gaussian("data", NoiseSource.INITIAL, 2 * count);
    double[] x = new double[2 * count];
    for (int i = 0; i < x.length; i += 2) {
      x[i] = a + Math.sqrt(aa) * z[i];
      x[i + 1] = b + ab / Math.sqrt(aa) * z[i] + Math.sqrt(bb - ab * ab / aa) * z[i + 1];
    }
    return x;
  }

  /** Mean and covariance of pairs. */
  static GaussianPairs estimate(double[] x) {
    int count = x.length / 2;
    double a = 0;
    double b = 0;
    for (int i = 0; i < x.length; i += 2) {
      a += x[i] / count;
      b += x[i + 1] / count;
    }
    double aa = 0;
    double ab = 0;
    double bb = 0;
    for (int i = 0; i < x.length; i += 2) {
      aa += (x[i] - a) * (x[i] - a) / (count - 1);
      ab += (x[i] - a) * (x[i + 1] - b) / (count - 1);
      bb += (x[i + 1] - b) * (x[i + 1] - b) / (count - 1);
    }
    return new GaussianPairs(a, b, aa, ab, bb);
  }
}
