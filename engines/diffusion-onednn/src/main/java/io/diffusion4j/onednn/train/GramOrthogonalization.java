package io.diffusion4j.onednn.train;

import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;

import io.diffusion4j.nn.train.Muon;
import io.diffusion4j.onednn.core.Dnnl;
import io.diffusion4j.onednn.tape.TapeKernels;
import java.nio.FloatBuffer;
import java.util.Set;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * Multiplies the matrix once, in float32: the polynomials are odd, so their value at X is X·q(XᵀX),
 * or q(XXᵀ)·X, and all products except the first and the last have the size of the smaller Gram
 * matrix.
 */
final class GramOrthogonalization extends Orthogonalization {
  private static final byte AS_IT_IS = 'N';
  private static final byte TRANSPOSED = 'T';

  private final FloatBuffer result;
  private final float[] numbers;
  private final FloatBuffer gram;
  private final FloatBuffer factor;
  private FloatBuffer product;
  private FloatBuffer spare;

  GramOrthogonalization(TapeKernels kernels, Set<Muon.Matrix> shapes) {
    super(kernels, shapes);
    int rank = largest(shapes, Muon.Matrix::rank);
    result = floats(kernels, largest(shapes, Muon.Matrix::size));
    numbers = new float[rank * rank];
    gram = floats(kernels, rank * rank);
    factor = floats(kernels, rank * rank);
    product = floats(kernels, rank * rank);
    spare = floats(kernels, rank * rank);
  }

  private static FloatBuffer floats(TapeKernels kernels, int count) {
    return kernels.allocate((long) Float.BYTES * count).floats(0, count);
  }

  @Override
  double cost(Muon.Matrix shape) {
    double rank = shape.rank();
    double ofAll = 2 * rank * shape.size();
    return ofAll + (4 * Muon.ITERATIONS - 3) * rank * rank * rank;
  }

  @Override
  void get(int at, float[] into, int from, int count) {
    result.get(at, into, from, count);
  }

  @Override
  void run(Muon.Matrix shape, dnnl_stream stream) {
    int rows = shape.rows();
    int columns = shape.columns();
    int rank = shape.rank();
    boolean tall = rows >= columns;
    float norm = norm();
    FloatBuffer matrix = matrix();
    float toUnit = 1 / norm;
    if (tall) {
      multiply(TRANSPOSED, AS_IT_IS, rank, rank, rows, toUnit / norm, matrix, matrix, 0, gram);
    } else {
      multiply(AS_IT_IS, TRANSPOSED, rank, rank, columns, toUnit / norm, matrix, matrix, 0, gram);
    }
    for (int i = 0; i < Muon.ITERATIONS; i++) {
      factor(rank);
      if (i == 0) {
        product.put(0, factor, 0, rank * rank);
      } else {
        multiply(rank, product, factor, spare);
        FloatBuffer old = product;
        product = spare;
        spare = old;
      }
      if (i + 1 < Muon.ITERATIONS) {
        multiply(rank, gram, factor, spare);
        multiply(rank, spare, factor, gram);
      }
    }
    if (tall) {
      multiply(AS_IT_IS, AS_IT_IS, rows, rank, rank, toUnit, matrix, product, 0, result);
    } else {
      multiply(AS_IT_IS, AS_IT_IS, rank, columns, rank, toUnit, product, matrix, 0, result);
    }
  }

  /** Computes A·I + B·G + C·G², the factor of an iteration. */
  private void factor(int rank) {
    int size = rank * rank;
    gram.get(0, numbers, 0, size);
    for (int i = 0; i < size; i++) {
      numbers[i] *= Muon.B;
    }
    for (int i = 0; i < size; i += rank + 1) {
      numbers[i] += Muon.A;
    }
    factor.put(0, numbers, 0, size);
    multiply(AS_IT_IS, AS_IT_IS, rank, rank, rank, Muon.C, gram, gram, 1, factor);
  }

  private static void multiply(int size, FloatBuffer a, FloatBuffer b, FloatBuffer c) {
    multiply(AS_IT_IS, AS_IT_IS, size, size, size, 1, a, b, 0, c);
  }

  /** Computes C ← alpha·A·B + beta·C, all row-major. */
  private static void multiply(
      byte orderOfA,
      byte orderOfB,
      int rows,
      int columns,
      int inner,
      float alpha,
      FloatBuffer a,
      FloatBuffer b,
      float beta,
      FloatBuffer c) {
    Dnnl.check(
        dnnl_sgemm(
            orderOfA,
            orderOfB,
            rows,
            columns,
            inner,
            alpha,
            a,
            orderOfA == AS_IT_IS ? inner : rows,
            b,
            orderOfB == AS_IT_IS ? columns : inner,
            beta,
            c,
            columns),
        "product");
  }
}
