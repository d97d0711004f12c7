package io.diffusion4j.nn.train;

import io.diffusion4j.nn.weights.Layout;
import io.diffusion4j.nn.weights.Parameter;

/**
 * Muon (Jordan et al. 2024): the weights of a layer move along their momentum with all its singular
 * values brought near to 1, so that what few examples ask for is learned as fast as what all do.
 *
 * <p>With M ← μ·M + (1 − μ)·G the direction is O(μ·M + (1 − μ)·G), where O replaces the singular
 * values σᵢ/‖·‖ by p(p(…)), {@value #ITERATIONS} times, of p(σ) = A·σ + B·σ³ + C·σ⁵. It is
 * multiplied by {@link Matrix#scale} (Liu et al. 2025, eq. 4), for which learning rate and weight
 * decay are those of AdamW.
 */
public final class Muon {
  /** μ, of the momentum. */
  public static final float MOMENTUM = 0.95f;

  /** How often the polynomial is applied. */
  public static final int ITERATIONS = 5;

  /** Of σ: the steepest there is at 0 with which values near 1 stay there, within 0.3. */
  public static final float A = 3.4445f;

  /** Of σ³. */
  public static final float B = -4.7750f;

  /** Of σ⁵. */
  public static final float C = 2.0315f;

  /**
   * Below the norm of any momentum but that of weights that change nothing; its square is a number.
   */
  public static final float TINY = 1e-15f;

  /** What AdamW's steps come to, in parts of its learning rate. */
  private static final double ADAMW_STEP = 0.2;

  /**
   * A matrix with fewer rows or columns has few singular values; pixels are read and written so.
   */
  private static final int NARROW = 32;

  private Muon() {}

  /**
   * A parameter as a matrix, in the graph's order of axes.
   *
   * @param rows inputs, of a convolution those of all pixels
   * @param columns outputs
   */
  public record Matrix(int rows, int columns) {
    /** The matrix that a parameter is. */
    public static Matrix of(Parameter parameter) {
      int columns = Math.toIntExact(parameter.shape()[0]);
      return new Matrix(parameter.size() / columns, columns);
    }

    /** The number of singular values. */
    public int rank() {
      return Math.min(rows, columns);
    }

    /** Factor of O, whose mean square it brings to that of AdamW's steps. */
    public float scale() {
      return (float) (ADAMW_STEP * Math.sqrt(Math.max(rows, columns)));
    }
  }

  /** Whether it is for this parameter: the weights of a layer that is wide on both sides. */
  static boolean moves(Parameter parameter) {
    return parameter.layout() != Layout.SAME && Matrix.of(parameter).rank() >= NARROW;
  }
}
