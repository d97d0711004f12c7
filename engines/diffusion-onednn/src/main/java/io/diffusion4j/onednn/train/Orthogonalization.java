package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.Muon;
import io.diffusion4j.nn.train.group.Wire;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.tape.TapeKernels;
import java.nio.FloatBuffer;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * Brings the singular values of a matrix near to 1, by the polynomials of {@link Muon}.
 *
 * <p>Owned by one thread.
 */
abstract sealed class Orthogonalization permits GramOrthogonalization, NarrowOrthogonalization {
  private final Memory memory;
  private final FloatBuffer matrix;
  private double squares;

  /** Allocates the memory of the matrix. */
  Orthogonalization(TapeKernels kernels, Set<Muon.Matrix> shapes) {
    int size = largest(shapes, Muon.Matrix::size);
    memory = kernels.allocate((long) Float.BYTES * size);
    matrix = memory.floats(0, size);
  }

  /**
   * Allocates the working memory.
   *
   * @param type the number format of the products
   * @param shapes the shapes of the matrices
   */
  static Orthogonalization of(TapeKernels kernels, DataType type, Set<Muon.Matrix> shapes) {
    return isNarrow(type)
        ? new NarrowOrthogonalization(kernels, shapes)
        : new GramOrthogonalization(kernels, shapes);
  }

  /** Returns a format that has every result as it is. */
  static Wire wire(DataType type) {
    return isNarrow(type) ? Wire.BFLOAT16 : Wire.FLOAT32;
  }

  private static boolean isNarrow(DataType type) {
    return type == DataType.BFLOAT16;
  }

  /** Returns the largest value of a property; 0 without shapes. */
  static int largest(Set<Muon.Matrix> shapes, ToIntFunction<Muon.Matrix> of) {
    return shapes.stream().mapToInt(of).max().orElse(0);
  }

  /** Returns the cost of a matrix, in multiplications of a float32 product. */
  abstract double cost(Muon.Matrix shape);

  /** Sets some elements of the row-major matrix, all in ascending order. */
  final void put(int at, float[] values, int from, int count) {
    squares = (at == 0 ? 0 : squares) + ParameterUpdate.squares(values, from, from + count);
    matrix.put(at, values, from, count);
  }

  /** Returns the memory of the matrix, in float32. */
  final Memory memory() {
    return memory;
  }

  /** Returns the elements of the matrix. */
  final FloatBuffer matrix() {
    return matrix;
  }

  /** Returns the norm of the matrix, or {@link Muon#TINY} if it is smaller. */
  final float norm() {
    return Math.max((float) Math.sqrt(squares), Muon.TINY);
  }

  /** Computes the result. */
  abstract void run(Muon.Matrix shape, dnnl_stream stream);

  /** Returns at most {@link ParameterUpdate#BLOCK} elements of the result. */
  abstract void get(int at, float[] into, int from, int count);
}
