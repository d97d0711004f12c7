package io.diffusion4j.pipeline;

import io.diffusion4j.diffusion.stage.Pixels;
import java.util.SplittableRandom;

/**
 * A linear map from latents to colours for previews: the least squares fit to an autoencoder's
 * pictures of some random latents.
 *
 * @param rows for each of red, green and blue the factors of the channels of a latent, then the
 *     constant
 */
@SuppressWarnings("ArrayRecordComponent") // a private table, never compared
public record LatentColours(double[][] rows) {
  private static final int RGB = 3;

  /**
   * The width of a block of equal latents, because latents of pictures are nearly constant over
   * blocks.
   */
  private static final int BLOCK = 4;

  private static final int BLOCKS = 4;
  private static final long SEED = 20;

  /** Decodes latents {@code [H, W, Z]} of a size to pixels {@code [f·H, f·W, 3]}, not clipped. */
  @FunctionalInterface
  public interface Decoding {
    float[] decode(float[] latent, Pixels size);
  }

  /**
   * Fits a map; decodes a small picture once.
   *
   * @param channels the channels of a latent, Z
   * @param factor the side of a latent in pixels, f
   */
  public static LatentColours of(int channels, int factor, Decoding decoder) {
    int side = BLOCK * BLOCKS;
    float[] latent = new float[side * side * channels];
    var random = new SplittableRandom(SEED);
    float[] block = new float[BLOCKS * BLOCKS * channels];
    for (int i = 0; i < block.length; i++) {
      block[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < side * side; i++) {
      int of = i / side / BLOCK * BLOCKS + i % side / BLOCK;
      System.arraycopy(block, of * channels, latent, i * channels, channels);
    }
    float[] pixels = decoder.decode(latent, Pixels.square(side));
    return fit(block, means(pixels, side * factor), channels);
  }

  /** Returns the mean colour of each block. */
  private static double[] means(float[] pixels, int side) {
    double[] means = new double[BLOCKS * BLOCKS * RGB];
    int length = side / BLOCKS;
    for (int i = 0; i < side * side; i++) {
      int of = i / side / length * BLOCKS + i % side / length;
      for (int c = 0; c < RGB; c++) {
        means[RGB * of + c] += pixels[RGB * i + c] / ((double) length * length);
      }
    }
    return means;
  }

  /**
   * Solves the least squares by the normal equations, which are well conditioned for few channels.
   */
  private static LatentColours fit(float[] latents, double[] colours, int channels) {
    int unknowns = channels + 1;
    double[][] system = new double[unknowns][unknowns + RGB];
    for (int i = 0; i < latents.length / channels; i++) {
      for (int a = 0; a < unknowns; a++) {
        double first = a == channels ? 1 : latents[i * channels + a];
        for (int b = 0; b < unknowns; b++) {
          system[a][b] += first * (b == channels ? 1 : latents[i * channels + b]);
        }
        for (int c = 0; c < RGB; c++) {
          system[a][unknowns + c] += first * colours[RGB * i + c];
        }
      }
    }
    eliminate(system);
    double[][] rows = new double[RGB][unknowns];
    for (int c = 0; c < RGB; c++) {
      for (int a = 0; a < unknowns; a++) {
        rows[c][a] = system[a][unknowns + c] / system[a][a];
      }
    }
    return new LatentColours(rows);
  }

  /**
   * Solves a linear system by Gauss–Jordan elimination; the matrix is symmetric and positive
   * definite, so it needs no pivots.
   */
  private static void eliminate(double[][] system) {
    for (int pivot = 0; pivot < system.length; pivot++) {
      for (int row = 0; row < system.length; row++) {
        if (row != pivot) {
          double factor = system[row][pivot] / system[pivot][pivot];
          for (int column = pivot; column < system[row].length; column++) {
            system[row][column] -= factor * system[pivot][column];
          }
        }
      }
    }
  }

  /**
   * Returns the colours of latents {@code [H, W, Z]}: {@code [H, W, 3]} in [−1, 1], a new array.
   */
  public float[] of(float[] latents) {
    int channels = rows[0].length - 1;
    float[] colours = new float[latents.length / channels * RGB];
    for (int i = 0; i < colours.length; i++) {
      double[] row = rows[i % RGB];
      double sum = row[channels];
      for (int c = 0; c < channels; c++) {
        sum += row[c] * latents[i / RGB * channels + c];
      }
      colours[i] = (float) Math.max(-1, Math.min(1, sum));
    }
    return colours;
  }
}
