package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.image.Rgb8;

/**
 * The details of a picture: its brightness less the local mean, divided by the local contrast, so
 * that edges do not dominate the watermark of smooth parts.
 */
final class LocalContrast {
  private static final double RED = 0.299;
  private static final double GREEN = 0.587;
  private static final double BLUE = 0.114;

  /** Mean and contrast are those of a square of 2·{@value}+1 pixels a side. */
  private static final int RADIUS = 4;

  /** The contrast, in levels of 255, below which details are not amplified. */
  private static final double NOISE = 4;

  private LocalContrast() {}

  /** Returns {@code NOISE}·(brightness − local mean) / (local contrast + {@code NOISE}). */
  static double[] of(Rgb8 image) {
    int width = image.width();
    int height = image.height();
    double[] level = levels(image);
    double[] square = new double[level.length];
    for (int i = 0; i < level.length; i++) {
      square[i] = level[i] * level[i];
    }
    double[] mean = localMean(level, width, height);
    double[] meanSquare = localMean(square, width, height);
    for (int i = 0; i < level.length; i++) {
      double contrast = Math.sqrt(Math.max(0, meanSquare[i] - mean[i] * mean[i]));
      level[i] = NOISE * (level[i] - mean[i]) / (contrast + NOISE);
    }
    return level;
  }

  /** Returns the brightness of each pixel, in [0, 255]. */
  static double[] levels(Rgb8 image) {
    byte[] rgb = image.pixels();
    double[] levels = new double[image.width() * image.height()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] =
          RED * (rgb[3 * i] & 0xff)
              + GREEN * (rgb[3 * i + 1] & 0xff)
              + BLUE * (rgb[3 * i + 2] & 0xff);
    }
    return levels;
  }

  /** Returns the mean over the part of the square around each pixel that is in the picture. */
  private static double[] localMean(double[] values, int width, int height) {
    double[] ofRows = means(values, width, height, 1, width);
    return means(ofRows, height, width, width, 1);
  }

  /**
   * Returns means along one direction.
   *
   * @param step the step from a value to the next one of its line
   * @param stride the stride from a line to the next one
   */
  private static double[] means(double[] values, int length, int lines, int step, int stride) {
    double[] means = new double[values.length];
    double[] sums = new double[length + 1];
    for (int line = 0; line < lines; line++) {
      for (int i = 0; i < length; i++) {
        sums[i + 1] = sums[i] + values[line * stride + i * step];
      }
      for (int i = 0; i < length; i++) {
        int from = Math.max(0, i - RADIUS);
        int to = Math.min(length, i + RADIUS + 1);
        means[line * stride + i * step] = (sums[to] - sums[from]) / (to - from);
      }
    }
    return means;
  }
}
