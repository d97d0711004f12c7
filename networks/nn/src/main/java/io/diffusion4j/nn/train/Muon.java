package io.diffusion4j.nn.train;

import io.diffusion4j.nn.weights.Layout;
import io.diffusion4j.nn.weights.Parameter;

/**
 * Muon (Jordan et al. 2024): the weights of a layer move along their momentum with all singular
 * values brought near 1, so that directions from few examples are learned as fast as those from
 * all.
 *
 * <p>With M ← μ·M + (1 − μ)·G the direction is O(μ·M + (1 − μ)·G), where O replaces the singular
 * values σᵢ/‖·‖ by p(p(…)), {@value #ITERATIONS} times, of p(σ) = A·σ + B·σ³ + C·σ⁵. It is
 * multiplied by {@link Matrix#scale} (Liu et al. 2025, eq. 4), for which learning rate and weight
 * decay are those of AdamW.
 */
public final class Muon {
  /** μ, of the momentum. */
  public static final float MOMENTUM = 0.95f;

  /** The number of applications of the polynomial. */
  public static final int ITERATIONS = 5;

  /** The coefficient of σ: the largest slope at 0 for which values near 1 stay within 0.3 of it. */
  public static final float A = 3.4445f;

  /** The coefficient of σ³. */
  public static final float B = -4.7750f;

  /** The coefficient of σ⁵. */
  public static final float C = 2.0315f;

  /**
   * Smaller than the norm of any momentum, except for weights without an effect; its square is
   * still a positive float.
   */
  public static final float TINY = 1e-15f;

  /** The typical size of AdamW's steps, relative to its learning rate. */
  private static final double ADAMW_STEP = 0.2;

  /** Smaller matrices have few singular values; they read and write pixels. */
  private static final int NARROW = 32;

  private Muon() {}

  /**
   * A parameter as a matrix, in the graph's order of axes.
   *
   * @param rows inputs, of a convolution those of all pixels
   * @param columns outputs
   */
  public record Matrix(int rows, int columns) {
    /** Returns a parameter as a matrix. */
    public static Matrix of(Parameter parameter) {
      int columns = Math.toIntExact(parameter.shape()[0]);
      return new Matrix(parameter.size() / columns, columns);
    }

    /** Returns the number of elements. */
    public int size() {
      return rows * columns;
    }

    /** Returns the number of singular values. */
    public int rank() {
      return Math.min(rows, columns);
    }

    /** Returns the factor that gives O the mean square of AdamW's steps. */
    public float scale() {
      return (float) (ADAMW_STEP * Math.sqrt(Math.max(rows, columns)));
    }
  }

  /** Whether Muon applies to this parameter: the weights of a layer that is wide on both sides. */
  static boolean moves(Parameter parameter) {
    return parameter.layout() != Layout.SAME && Matrix.of(parameter).rank() >= NARROW;
  }
}
