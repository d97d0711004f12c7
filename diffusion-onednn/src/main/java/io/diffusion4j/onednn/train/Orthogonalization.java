package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.Muon;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.tape.Kernels;
import java.util.Set;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * Brings the singular values of a matrix near to 1, by the polynomials of {@link Muon}.
 *
 * <p>Owned by one thread.
 */
sealed interface Orthogonalization permits GramOrthogonalization, NarrowOrthogonalization {
  /**
   * Allocates the working memory.
   *
   * @param type the number format of the products
   * @param shapes the shapes of the matrices
   */
  static Orthogonalization of(Kernels kernels, DataType type, Set<Muon.Matrix> shapes) {
    return type == DataType.BFLOAT16
        ? new NarrowOrthogonalization(kernels, shapes)
        : new GramOrthogonalization(kernels, shapes);
  }

  /** Returns the cost of a matrix, in multiplications of a float32 product. */
  double cost(Muon.Matrix shape);

  /** Sets some elements of the row-major matrix from an array, all in ascending order. */
  void put(float[] values, int from, int to);

  /** Computes the result. */
  void run(Muon.Matrix shape, dnnl_stream stream);

  /** Returns at most {@link Update#BLOCK} elements of the result. */
  void get(float[] values, int from, int to);
}
