package io.diffusion4j.nn.exact;

import io.diffusion4j.nn.Function;
import java.util.Arrays;

/** Normalisations, whose sums are made of blocks of a fixed size. */
final class Norms {
  /** Pixels whose values are added in float32; blocks are added in double precision. */
  private static final int BLOCK = 64;

  /** Sums of a row that are made side by side. */
  private static final int LANES = 8;

  private Norms() {}

  /**
   * Group normalisation of an image.
   *
   * @param pixels number of pixels
   */
  record OfGroups(int pixels, int channels, int groups, double eps) {
    /** Returns the numbers with which each channel is normalised. */
    Affine coefficients(float[] x, float[] gain, float[] shift, Crew crew) {
      float[] mean = means(x, new float[channels], false, crew);
      float[] variance = means(x, mean, true, crew);
      float[] factor = new float[channels];
      for (int c = 0; c < channels; c++) {
        factor[c] = gain[c] * (float) (1 / Math.sqrt(variance[c] + eps));
      }
      return new Affine(mean, factor, shift.clone());
    }

    /** Returns, for each channel, the mean of x − center, or of its square, in its group. */
    private float[] means(float[] x, float[] center, boolean squared, Crew crew) {
      int blocks = (pixels + BLOCK - 1) / BLOCK;
      float[] sums = new float[blocks * channels];
      crew.divide(
          blocks,
          BLOCK * channels,
          (begin, end) -> {
            for (int block = begin; block < end; block++) {
              int last = Math.min(pixels, (block + 1) * BLOCK);
              for (int pixel = block * BLOCK; pixel < last; pixel++) {
                if (squared) {
                  addSquares(x, pixel * channels, center, sums, block * channels);
                } else {
                  add(x, pixel * channels, channels, sums, block * channels);
                }
              }
            }
          });
      double[] ofGroup = new double[groups];
      int each = channels / groups;
      for (int i = 0; i < sums.length; i++) {
        ofGroup[i % channels / each] += sums[i];
      }
      float[] means = new float[channels];
      for (int c = 0; c < channels; c++) {
        means[c] = (float) (ofGroup[c / each] / ((double) pixels * each));
      }
      return means;
    }

    private static void add(float[] x, int from, int count, float[] sums, int at) {
      for (int c = 0; c < count; c++) {
        sums[at + c] += x[from + c];
      }
    }

    private static void addSquares(float[] x, int from, float[] center, float[] sums, int at) {
      for (int c = 0; c < center.length; c++) {
        float d = x[from + c] - center[c];
        sums[at + c] += d * d;
      }
    }

    /** Applies the numbers, then SiLU if requested. */
    void apply(float[] x, Affine affine, boolean silu, float[] y, Crew crew) {
      crew.divide(
          pixels,
          channels,
          (begin, end) -> {
            for (int first = begin; first < end; first += BLOCK) {
              int last = Math.min(end, first + BLOCK);
              for (int pixel = first; pixel < last; pixel++) {
                affine.apply(x, y, pixel * channels);
              }
              if (silu) {
                Curves.apply(Function.SILU, y, y, first * channels, last * channels);
              }
            }
          });
    }
  }

  /** Computes (x − mean)·factor + shift, for each channel. */
  @SuppressWarnings("ArrayRecordComponent") // bulk data
  record Affine(float[] mean, float[] factor, float[] shift) {
    void apply(float[] x, float[] y, int at) {
      for (int c = 0; c < mean.length; c++) {
        y[at + c] = (x[at + c] - mean[c]) * factor[c] + shift[c];
      }
    }

    /** Adds the scale and the shift of a sample: y·(1 + scale) + shift. */
    void modulate(float[] scaleShift) {
      for (int c = 0; c < mean.length; c++) {
        float scale = 1 + scaleShift[c];
        factor[c] *= scale;
        shift[c] = shift[c] * scale + scaleShift[mean.length + c];
      }
    }
  }

  /** Computes layer normalisations of rows. */
  static void rows(float[] x, float[] gain, float[] shift, double eps, float[] y, Crew crew) {
    int channels = gain.length;
    crew.divide(
        x.length / channels,
        channels,
        (begin, end) -> {
          var affine = new Affine(new float[channels], new float[channels], shift);
          for (int row = begin; row < end; row++) {
            int at = row * channels;
            float mean = (float) (sum(x, at, channels, 0, false) / channels);
            double variance = sum(x, at, channels, mean, true) / channels;
            float inverse = (float) (1 / Math.sqrt(variance + eps));
            for (int c = 0; c < channels; c++) {
              affine.mean[c] = mean;
              affine.factor[c] = gain[c] * inverse;
            }
            affine.apply(x, y, at);
          }
        });
  }

  /** Returns the sum of x − center, or of its square: of each eighth value, and of these sums. */
  private static double sum(float[] x, int from, int count, float center, boolean squared) {
    double[] lanes = new double[LANES];
    for (int i = 0; i < count; i += LANES) {
      for (int lane = 0; lane < Math.min(LANES, count - i); lane++) {
        float d = x[from + i + lane] - center;
        lanes[lane] += squared ? d * d : d;
      }
    }
    return Arrays.stream(lanes).reduce(0, Double::sum);
  }
}
