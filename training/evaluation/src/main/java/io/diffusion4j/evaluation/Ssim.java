package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;

/**
 * Structural similarity of two images (Wang et al. 2004, eq. 13): local means, variances and
 * covariance under a Gaussian window of 11 pixels, averaged over pixels and channels. 1 for equal
 * images, about 0 for unrelated ones. Windows lie inside the image.
 */
public final class Ssim {
  private static final int WINDOW = 11;
  private static final double SIGMA = 1.5;

  /** (K₁·L)² and (K₂·L)² of the paper with L = 2, the range of an {@link Image}. */
  private static final double C1 = 0.02 * 0.02;

  private static final double C2 = 0.06 * 0.06;

  private static final double[] GAUSSIAN = gaussian();

  private Ssim() {}

  private static double[] gaussian() {
    double[] weights = new double[WINDOW];
    double sum = 0;
    for (int i = 0; i < WINDOW; i++) {
      double x = i - (WINDOW - 1) / 2.0;
      weights[i] = Math.exp(-x * x / (2 * SIGMA * SIGMA));
      sum += weights[i];
    }
    for (int i = 0; i < WINDOW; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  /**
   * Compares two images of one size.
   *
   * @throws IllegalArgumentException if the sizes differ or are smaller than the window
   */
  public static double of(Image a, Image b) {
    if (a.width() != b.width() || a.height() != b.height()) {
      throw new IllegalArgumentException(
          "image: %d×%d pixels (expected: %d×%d)"
              .formatted(b.width(), b.height(), a.width(), a.height()));
    }
    if (Math.min(a.width(), a.height()) < WINDOW) {
      throw new IllegalArgumentException(
          "image: %d×%d pixels (expected: at least %d×%d)"
              .formatted(a.width(), a.height(), WINDOW, WINDOW));
    }
    double sum = 0;
    for (int channel = 0; channel < 3; channel++) {
      sum += ofChannel(plane(a, channel), plane(b, channel), a.width(), a.height());
    }
    return sum / 3;
  }

  private static double ofChannel(double[] a, double[] b, int width, int height) {
    double[] meanA = smooth(a, width, height);
    double[] meanB = smooth(b, width, height);
    double[] squareA = smooth(product(a, a), width, height);
    double[] squareB = smooth(product(b, b), width, height);
    double[] both = smooth(product(a, b), width, height);
    double sum = 0;
    for (int i = 0; i < meanA.length; i++) {
      double varianceA = squareA[i] - meanA[i] * meanA[i];
      double varianceB = squareB[i] - meanB[i] * meanB[i];
      double covariance = both[i] - meanA[i] * meanB[i];
      sum +=
          (2 * meanA[i] * meanB[i] + C1)
              / (meanA[i] * meanA[i] + meanB[i] * meanB[i] + C1)
              * (2 * covariance + C2)
              / (varianceA + varianceB + C2);
    }
    return sum / meanA.length;
  }

  private static double[] plane(Image image, int channel) {
    double[] plane = new double[image.width() * image.height()];
    for (int i = 0; i < plane.length; i++) {
      plane[i] = image.pixels()[3 * i + channel] + 1.0; // from 0, as in the paper
    }
    return plane;
  }

  private static double[] product(double[] a, double[] b) {
    double[] product = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      product[i] = a[i] * b[i];
    }
    return product;
  }

  /** The weighted mean under each window, with rows and columns separately. */
  private static double[] smooth(double[] plane, int width, int height) {
    int across = width - WINDOW + 1;
    int down = height - WINDOW + 1;
    double[] rows = weighted(plane, across, height, width, 1);
    return weighted(rows, across, down, across, across);
  }

  /** Computes weighted means of pixels that are a step apart, in images with rows of a stride. */
  private static double[] weighted(double[] from, int across, int down, int stride, int step) {
    double[] means = new double[across * down];
    for (int y = 0; y < down; y++) {
      for (int x = 0; x < across; x++) {
        for (int i = 0; i < WINDOW; i++) {
          means[y * across + x] += GAUSSIAN[i] * from[y * stride + x + i * step];
        }
      }
    }
    return means;
  }
}
