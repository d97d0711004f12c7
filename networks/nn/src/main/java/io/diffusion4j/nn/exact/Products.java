package io.diffusion4j.nn.exact;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Products of integers from −127 to 127. Every implementation returns the same numbers: the floats
 * nearest to the exact sums.
 *
 * <p>Owned by one network, which adds all of its products before the first of them runs.
 */
public interface Products extends AutoCloseable {
  /** The largest integer. */
  int LARGEST = 127;

  /** A library with fast products, found by {@link java.util.ServiceLoader}. */
  interface Library {
    /** Returns products for a number of threads; empty if this processor cannot have them. */
    Optional<Products> open(int threads);
  }

  /** A matrix or convolution with learned weights. */
  @FunctionalInterface
  interface Filter {
    /**
     * Computes the sums of an image of integers: numbers times a factor, rounded, in as many limbs
     * as the weights have.
     *
     * @param x {@code [height, width, in]}
     */
    void run(float[] x, float factor, Sums sums, Crew crew);
  }

  /** Takes the sums of some positions, on the thread that computed them. */
  @FunctionalInterface
  interface Sums {
    /**
     * Takes sums.
     *
     * @param sums from index 0 on {@code [limbs of weights, limbs of x, count, out]}, high limbs
     *     first
     * @param position the first position of {@code [outHeight, outWidth]}
     * @param count positions
     */
    void take(FloatBuffer sums, int position, int count);
  }

  /**
   * Adds a filter.
   *
   * @param weights one or two limbs {@code [out, kernel, kernel, in]}, the high one first
   */
  Filter filter(Window window, List<float[]> weights);

  /** A product of two computed matrices. */
  @FunctionalInterface
  interface Pair {
    /**
     * Computes a·bᵀ on the calling thread.
     *
     * @param a {@code [m, k]}
     * @param b {@code [n, k]}
     * @param sums receives {@code [m, n]}
     * @param thread the number of the calling thread
     */
    void run(float[] a, float[] b, float[] sums, int thread);
  }

  /** Adds a product of computed matrices. */
  Pair pair(int m, int n, int k);

  /** Runs work that uses the products, on the calling thread. */
  default void perform(Runnable work) {
    work.run();
  }

  @Override
  void close();

  /**
   * The positions that a filter reads and writes.
   *
   * @param height the rows of an image; the positions, of a matrix
   * @param width the columns of an image; 1, of a matrix
   * @param pad zeros above and on the left
   * @param padEnd zeros below and on the right
   */
  record Window(
      int height, int width, int in, int out, int kernel, int stride, int pad, int padEnd) {
    /** Returns the window of a matrix, over a number of positions. */
    static Window matrix(int positions, int in, int out) {
      return new Window(positions, 1, in, out, 1, 1, 0, 0);
    }

    /** Returns the rows of the result. */
    public int outHeight() {
      return (height + pad + padEnd - kernel) / stride + 1;
    }

    /** Returns the columns of the result. */
    public int outWidth() {
      return (width + pad + padEnd - kernel) / stride + 1;
    }

    /** Whether each result depends on one position only. */
    public boolean isMatrix() {
      return kernel == 1 && stride == 1 && pad == 0 && padEnd == 0;
    }

    /** Returns the values of an image. */
    public int size() {
      return Math.multiplyExact(Math.multiplyExact(height, width), in);
    }

    /** Returns the sums of an image. */
    public int outSize() {
      return Math.multiplyExact(Math.multiplyExact(outHeight(), outWidth()), out);
    }
  }
}
