package io.diffusion4j.nn.exact;

import io.diffusion4j.nn.Function;
import java.util.Arrays;

/** Normalisations, whose sums are made of blocks of a fixed size. */
final class Norms {
  /** Tiles whose values are added in float32; blocks are added in double precision. */
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
      double[] moments = moments(x, crew);
      int each = channels / groups;
      float[] factor = new float[channels];
      float[] own = new float[channels];
      for (int first = 0; first < channels; first += each) {
        double mean = 0;
        for (int c = first; c < first + each; c++) {
          mean += x[c] + moments[c] / pixels;
        }
        mean /= each;
        double variance = 0;
        for (int c = first; c < first + each; c++) {
          double difference = moments[c] / pixels;
          double fromMean = x[c] + difference - mean;
          variance +=
              moments[channels + c] / pixels - difference * difference + fromMean * fromMean;
        }
        double inverse = 1 / Math.sqrt(Math.max(variance, 0) / each + eps);
        for (int c = first; c < first + each; c++) {
          factor[c] = (float) (gain[c] * inverse);
          own[c] = (float) (shift[c] - mean * gain[c] * inverse);
        }
      }
      return new Affine(factor, own);
    }

    /**
     * Returns the sums over all pixels of x − x₀ for each channel, where x₀ is the first pixel,
     * then those of its square.
     */
    private double[] moments(float[] x, Crew crew) {
      int tile = Math.min(Tiles.positions(channels), pixels);
      int blocks = (pixels + BLOCK * tile - 1) / (BLOCK * tile);
      float[] center = Tiles.repeated(Arrays.copyOf(x, channels), tile);
      double[] ofBlocks = new double[blocks * 2 * channels];
      crew.divide(
          blocks,
          BLOCK * tile * channels,
          (begin, end) -> {
            for (int block = begin; block < end; block++) {
              int length = center.length;
              float[] own = Scratch.TILE.array(length);
              float[] sums = Scratch.TILE_2.array(length);
              float[] squares = Scratch.TILE_3.array(length);
              Arrays.fill(sums, 0, length, 0);
              Arrays.fill(squares, 0, length, 0);
              int last = Math.min(pixels, (block + 1) * BLOCK * tile) * channels;
              for (int at = block * BLOCK * length; at < last; at += length) {
                int n = Math.min(length, last - at);
                System.arraycopy(x, at, own, 0, n);
                Tiles.addMoments(own, center, sums, squares, n);
              }
              addPixels(sums, tile, ofBlocks, block * 2 * channels);
              addPixels(squares, tile, ofBlocks, (block * 2 + 1) * channels);
            }
          });
      double[] moments = new double[2 * channels];
      for (int i = 0; i < ofBlocks.length; i++) {
        moments[i % moments.length] += ofBlocks[i];
      }
      return moments;
    }

    private void addPixels(float[] tile, int count, double[] sums, int at) {
      for (int from = 0; from < count * channels; from += channels) {
        for (int c = 0; c < channels; c++) {
          sums[at + c] += tile[from + c];
        }
      }
    }

    /** Applies the numbers, then SiLU if requested; returns the largest absolute result. */
    Values.Size apply(float[] x, Affine affine, boolean silu, float[] y, Crew crew) {
      int tile = Math.min(Tiles.positions(channels), pixels);
      float[] factor = Tiles.repeated(affine.factor, tile);
      float[] shift = Tiles.repeated(affine.shift, tile);
      var size = new Values.Size();
      crew.divide(
          pixels,
          channels,
          (begin, end) -> {
            int length = factor.length;
            float[] own = Scratch.TILE.array(length);
            float[] sizes = Scratch.TILE_2.array(length);
            Arrays.fill(sizes, 0, length, 0);
            for (int at = begin * channels; at < end * channels; at += length) {
              int n = Math.min(length, end * channels - at);
              System.arraycopy(x, at, own, 0, n);
              Tiles.scale(own, factor, shift, n);
              if (silu) {
                Curves.apply(Function.SILU, own, own, 0, n);
              }
              Tiles.enlarge(own, sizes, n);
              System.arraycopy(own, 0, y, at, n);
            }
            size.enlarge(Tiles.largest(sizes, length));
          });
      return size;
    }
  }

  /** Computes x·factor + shift, for each channel. */
  @SuppressWarnings("ArrayRecordComponent") // bulk data
  record Affine(float[] factor, float[] shift) {
    /** Adds the scale and the shift of a sample: y·(1 + scale) + shift. */
    void modulate(float[] scaleShift) {
      for (int c = 0; c < factor.length; c++) {
        float scale = 1 + scaleShift[c];
        factor[c] *= scale;
        shift[c] = shift[c] * scale + scaleShift[factor.length + c];
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
          float[] own = new float[channels];
          float[] factor = new float[channels];
          for (int row = begin; row < end; row++) {
            System.arraycopy(x, row * channels, own, 0, channels);
            float mean = (float) (sum(own, 0, false) / channels);
            double variance = sum(own, mean, true) / channels;
            float inverse = (float) (1 / Math.sqrt(variance + eps));
            for (int c = 0; c < channels; c++) {
              own[c] -= mean;
              factor[c] = gain[c] * inverse;
            }
            Tiles.scale(own, factor, shift, channels);
            System.arraycopy(own, 0, y, row * channels, channels);
          }
        });
  }

  /** Returns the sum of x − center, or of its square: of each eighth value, and of these sums. */
  private static double sum(float[] x, float center, boolean squared) {
    double[] lanes = new double[LANES];
    for (int i = 0; i < x.length; i += LANES) {
      for (int lane = 0; lane < Math.min(LANES, x.length - i); lane++) {
        float d = x[i + lane] - center;
        lanes[lane] += squared ? d * d : d;
      }
    }
    double sum = 0;
    for (double lane : lanes) {
      sum += lane;
    }
    return sum;
  }
}
