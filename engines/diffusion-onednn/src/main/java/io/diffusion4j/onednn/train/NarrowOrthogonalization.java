package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.Muon;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Operand;
import io.diffusion4j.onednn.core.PostOps;
import io.diffusion4j.onednn.tape.Kernel;
import io.diffusion4j.onednn.tape.TapeKernels;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * Computes in bfloat16. Rounding errors are relative to the largest numbers, so the polynomials are
 * applied in stages, whose factors have values of a few dozens at most: the next stage begins with
 * the singular values that its rounded matrix has.
 *
 * <p>A stage of n iterations multiplies the matrix twice, and matrices of the size of its Gram
 * matrix 4·n − 3 times. So long matrices get few stages, and others one for each iteration, which
 * is what Jordan et al. do.
 *
 * <p>The factor of three iterations has values up to 41, and the errors of their rounding can move
 * the largest singular value to where the polynomials of the next stage diverge. This happens where
 * one direction dominates and the rank is small, since the errors of many entries cancel each
 * other: in simulations to 1 of 1,000 matrices of rank 64, and to none of rank 96. So three
 * iterations at once are for larger ranks.
 */
final class NarrowOrthogonalization extends Orthogonalization {
  /** The time of a multiplication relative to one in float32, on processors with AMX. */
  private static final double TIME = 0.25;

  /** The iterations of the stages of a long matrix of large rank. */
  private static final List<Integer> FEWEST = List.of(3, 2);

  /** The iterations of the stages of another long matrix. */
  private static final List<Integer> FEW = List.of(2, 2, 1);

  private static final List<Integer> EACH = Collections.nCopies(Muon.ITERATIONS, 1);

  /** The length from which the fewest stages take the fewest multiplications. */
  private static final int LONG = 2;

  /** The rank from which rounding errors cancel each other enough for the fewest stages. */
  private static final int LARGE_RANK = 128;

  private final TapeKernels kernels;
  private final FloatBuffer factor;
  private final List<ShortBuffer> results;
  private final Map<Integer, Squares> ofRank = new HashMap<>();
  private final Map<Muon.Matrix, List<Kernel>> steps = new HashMap<>();
  private final short[] block = new short[ParameterUpdate.BLOCK];
  private ShortBuffer result;

  NarrowOrthogonalization(TapeKernels kernels, Set<Muon.Matrix> shapes) {
    super(kernels, shapes);
    this.kernels = kernels;
    long size = largest(shapes, Muon.Matrix::size);
    long rank = largest(shapes, Muon.Matrix::rank);
    var room =
        new Room(
            kernels.allocate(Float.BYTES),
            List.of(kernels.allocate(Short.BYTES * size), kernels.allocate(Short.BYTES * size)),
            Stream.generate(() -> kernels.allocate(Short.BYTES * rank * rank)).limit(5).toList());
    factor = room.factor.floats(0, 1);
    results =
        room.matrices.stream().map(m -> m.bytes(0, Short.BYTES * size).asShortBuffer()).toList();
    result = results.get(0);
    shapes.forEach(shape -> steps.put(shape, steps(shape, room)));
  }

  /**
   * The working memory.
   *
   * @param factor the reciprocal of its norm
   * @param matrices the matrix before and after a stage, in turns
   * @param squares five matrices of the size of Gram matrices
   */
  private record Room(Memory factor, List<Memory> matrices, List<Memory> squares) {}

  private static List<Integer> stages(Muon.Matrix shape) {
    if (shape.size() <= LONG * shape.rank() * shape.rank()) {
      return EACH;
    }
    return shape.rank() < LARGE_RANK ? FEW : FEWEST;
  }

  private List<Kernel> steps(Muon.Matrix shape, Room room) {
    int rows = shape.rows();
    int columns = shape.columns();
    boolean tall = rows >= columns;
    var wide = kernels.dense(DataType.FLOAT32, rows, columns);
    var narrow = kernels.dense(DataType.BFLOAT16, rows, columns);
    var turned = kernels.strided(DataType.BFLOAT16, new long[] {columns, rows}, 1, columns);
    var matrices = room.matrices.stream().map(m -> kernels.memory(narrow, m.at(0))).toList();
    var transposed = room.matrices.stream().map(m -> kernels.memory(turned, m.at(0))).toList();
    var squares = ofRank.computeIfAbsent(shape.rank(), rank -> new Squares(rank, room.squares));
    List<Kernel> all = new ArrayList<>();
    all.add(
        kernels.scaled(
            kernels.memory(wide, memory().at(0)),
            kernels.memory(kernels.dense(DataType.FLOAT32, 1), room.factor.at(0)),
            matrices.get(0)));
    int at = 0;
    for (int iterations : stages(shape)) {
      var x = matrices.get(at);
      var y = transposed.get(at);
      at = 1 - at;
      all.add(tall ? kernels.product(y, x, squares.gram) : kernels.product(x, y, squares.gram));
      var factor = squares.factor(iterations, all);
      var next = matrices.get(at);
      all.add(tall ? kernels.product(x, factor, next) : kernels.product(factor, x, next));
    }
    return all;
  }

  /** The matrices of the size of the Gram matrix. */
  private final class Squares {
    final Operand gram;
    private final Operand diagonal;
    private final List<Operand> spare;

    Squares(int rank, List<Memory> memory) {
      var description = kernels.dense(DataType.BFLOAT16, rank, rank);
      diagonal = diagonal(kernels.dense(DataType.FLOAT32, rank, rank), rank);
      spare = memory.stream().map(m -> kernels.memory(description, m.at(0))).toList();
      gram = spare.get(0);
    }

    /** Adds the steps to the factor of a stage, from its Gram matrix; returns its place. */
    Operand factor(int iterations, List<Kernel> steps) {
      var factor = spare.get(1);
      var next = spare.get(2);
      var own = spare.get(3);
      for (int i = 0; i < iterations; i++) {
        var last = i == 0 ? factor : own;
        steps.add(polynomial(last));
        if (i > 0) {
          steps.add(kernels.product(factor, own, next));
          var old = factor;
          factor = next;
          next = old;
        }
        if (i + 1 < iterations) {
          steps.add(kernels.product(gram, last, spare.get(4)));
          steps.add(kernels.product(spare.get(4), last, gram));
        }
      }
      return factor;
    }

    /** Computes C·G² + B·G + A·I, where the sum with G is before the factor B. */
    private Kernel polynomial(Operand result) {
      var after = PostOps.NOTHING.scale(Muon.C / Muon.B).add(gram).scale(Muon.B).add(diagonal);
      return kernels.product(gram, gram, result, after);
    }
  }

  /** Returns A·I. */
  private Operand diagonal(dnnl_memory_desc square, int rank) {
    Memory memory = kernels.allocate((long) Float.BYTES * rank * rank);
    var values = memory.floats(0, (long) rank * rank);
    for (int i = 0; i < rank; i++) {
      values.put(i * rank + i, Muon.A);
    }
    return kernels.memory(square, memory.at(0));
  }

  @Override
  double cost(Muon.Matrix shape) {
    double rank = shape.rank();
    double multiplications = 0;
    for (int iterations : stages(shape)) {
      multiplications += 2 * rank * shape.size() + (4 * iterations - 3) * rank * rank * rank;
    }
    return TIME * multiplications;
  }

  @Override
  void run(Muon.Matrix shape, dnnl_stream stream) {
    result = results.get(stages(shape).size() % 2);
    factor.put(0, 1 / norm());
    Objects.requireNonNull(steps.get(shape), () -> "shape: " + shape).forEach(k -> k.run(stream));
  }

  @Override
  void get(int at, float[] into, int from, int count) {
    result.get(at, block, 0, count);
    for (int i = 0; i < count; i++) {
      into[from + i] = Float.intBitsToFloat(block[i] << 16);
    }
  }
}
